import { UsageError } from '@montana/foundation'
import type { ShownRescue } from '@montana/mirror'
import { Command } from 'commander'
import type { CliContext } from '../../context.js'
import { operator, requireConfirmed } from './asked.js'
import { addMirrorFlags, type MirrorFlags, openPlace, readPlace, requireTarget } from './open.js'

interface DropFlags extends MirrorFlags {
  confirm?: string
}

export function rescueCommand(context: CliContext): Command {
  return new Command('rescue')
    .description('work that a push kept on a target instead of losing it')
    .addCommand(listCommand(context))
    .addCommand(showCommand(context))
    .addCommand(dropCommand(context))
}

function listCommand(context: CliContext): Command {
  const command = new Command('list').description('rescue refs of the targets').argument('[id]', 'one target')
  return addMirrorFlags(command).action(async (id: string | undefined, _, self: Command) => {
    const flags = self.optsWithGlobals<MirrorFlags>()
    const { reach, rescuesOf } = await import('@montana/mirror')
    const place = await readPlace(context, flags)
    const targets = id === undefined ? place.config.targets : [requireTarget(place, id)]
    const rescues = []
    for (const target of targets) {
      const found = await rescuesOf(place.source, reach(target, {}), context.signal)
      rescues.push(...found.map((rescue) => ({ target: target.name, ...rescue })))
    }
    if (flags.json) return context.json({ rescues })
    for (const { target, ref, tip, at } of rescues) context.out(`${target} ${ref} ${tip} ${at ?? '-'}`)
    if (rescues.length === 0) context.out('nothing is kept')
  })
}

function showCommand(context: CliContext): Command {
  const command = new Command('show')
    .description('fetch a rescue ref into refs/montana/targets/ of the source and say whose work it is')
    .argument('<id>', 'target')
    .argument('<ref>', 'its full name, as `rescue list` shows it')
  return addMirrorFlags(command).action(async (id: string, ref: string, _, self: Command) => {
    const flags = self.optsWithGlobals<MirrorFlags>()
    const { fetchRescue, reach } = await import('@montana/mirror')
    const place = await readPlace(context, flags)
    const shown = await fetchRescue(place.source, reach(requireTarget(place, id), {}), ref, context.signal)
    if (flags.json) context.json({ target: id, ...shown })
    else for (const line of linesOf(shown)) context.out(line)
  })
}

function dropCommand(context: CliContext): Command {
  const command = new Command('drop')
    .description('delete a rescue ref on its target: the one way in which work is ever deleted there')
    .argument('<id>', 'target')
    .argument('<ref>', 'its full name')
    .option('--confirm <owner/name>', 'the repository of the target, typed once more (an archive: its id)')
  return addMirrorFlags(command).action(async (id: string, ref: string, _, self: Command) => {
    const flags = self.optsWithGlobals<DropFlags>()
    if (!ref.startsWith('refs/'))
      throw new UsageError(`${ref} is no full name of a ref`, {
        field: 'ref',
        remedy: 'see `montana mirror rescue list`',
      })
    const { dropRescue } = await import('@montana/mirror')
    const place = await readPlace(context, flags)
    requireConfirmed(requireTarget(place, id), flags.confirm)
    const mirror = await openPlace(context, place, { actor: operator(), isPrimaryOptional: true })
    try {
      await dropRescue(mirror.parts, id, ref, context.signal)
    } finally {
      mirror.close()
    }
    if (flags.json) context.json({ target: id, dropped: ref })
    else context.out(`${ref} is gone from ${id}`)
  })
}

function linesOf({ ref, tip, local, author, committedAt, subject, ahead, behind }: ShownRescue): string[] {
  return [
    `${ref} ${tip}`,
    `  ${subject ?? '-'} (${author ?? '-'}, ${committedAt ?? '-'})`,
    `  it has ${behind ?? '?'} commits that HEAD lacks, and lacks ${ahead ?? '?'} of HEAD`,
    `  take it with: git merge ${local}`,
  ]
}
