import { UsageError } from '@montana/foundation'
import type { RemoveSlotReport, TargetConfig, Withdrawn } from '@montana/mirror'
import { Command } from 'commander'
import type { CliContext } from '../../context.js'
import { operator, requireConfirmed } from './asked.js'
import { addMirrorFlags, type MirrorFlags, type MirrorPlace, openPlace, readPlace, requireTarget } from './open.js'

interface RemoveFlags extends MirrorFlags {
  withdraw?: string
  confirm?: string
  reason?: string
  dryRun?: boolean
}

const KINDS: readonly Withdrawn[] = ['secrets', 'variables']

export function removeCommand(context: CliContext): Command {
  const command = new Command('remove')
    .description('forget a target: its keys in .env, its stored token and what is known of it; its code stays')
    .argument('<id>', 'target')
    .option('--withdraw <list>', 'of secrets,variables: delete the names there that this tool made, first')
    .option('--confirm <owner/name>', 'the repository of the target, typed once more (an archive: its id)')
    .option('--reason <text>', 'why; stands in the audit')
    .option('--dry-run', 'list what would go')
  return addMirrorFlags(command).action(async (id: string, _, self: Command) => {
    const flags = self.optsWithGlobals<RemoveFlags>()
    const withdraw = withdrawn(flags.withdraw)
    const place = await readPlace(context, flags)
    const target = requireTarget(place, id)
    if (!flags.dryRun) requireConfirmed(target, flags.confirm)
    const report = await forget(context, place, target, { ...flags, withdraw: withdraw.join(',') })
    if (flags.json) context.json(report)
    else for (const line of linesOf(report)) context.out(line)
  })
}

async function forget(context: CliContext, place: MirrorPlace, target: TargetConfig, flags: RemoveFlags) {
  const { removeSlot } = await import('@montana/mirror')
  const mirror = await openPlace(context, place, { actor: operator(), isPrimaryOptional: true })
  const { reason = 'removed by hand', dryRun = false } = flags
  const asked = { reason, dryRun, withdraw: withdrawn(flags.withdraw) }
  const where = { envFile: place.envFile, environment: context.environment }
  try {
    return await removeSlot(mirror.parts, target.name, asked, where, context.signal)
  } finally {
    mirror.close()
  }
}

function withdrawn(list: string | undefined): readonly Withdrawn[] {
  const wanted = (list ?? '')
    .split(',')
    .map((name) => name.trim())
    .filter(Boolean)
  const unknown = wanted.filter((name) => !KINDS.some((kind) => kind === name))
  if (unknown.length === 0) return KINDS.filter((kind) => wanted.includes(kind))
  throw new UsageError(`${unknown.join(', ')} cannot be withdrawn`, {
    field: 'withdraw',
    remedy: `choose from ${KINDS.join(', ')}`,
  })
}

function linesOf({ id, outcome, withdrawn: gone, kept, keys }: RemoveSlotReport): string[] {
  const names = KINDS.map((kind) => `  ${kind} deleted there: ${gone[kind].join(', ') || 'none'}`)
  const adopted = KINDS.flatMap((kind) => kept[kind])
  const stay = adopted.length === 0 ? [] : [`  kept, as they were there before: ${adopted.join(', ')}`]
  const head = `${id} ${outcome === 'shown' ? 'would be forgotten' : 'is forgotten; its code stays'}`
  return [head, `  keys of .env: ${keys.join(', ') || 'none'}`, ...names, ...stay]
}
