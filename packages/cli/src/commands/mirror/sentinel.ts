import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { UsageError } from '@montana/foundation'
import { Command } from 'commander'
import type { CliContext } from '../../context.js'
import { addMirrorFlags, type MirrorFlags, readPlace, textOf } from './open.js'

interface WorkflowFlags extends MirrorFlags {
  write?: boolean
  check?: boolean
  repo?: string
}

const OUT_OF_STEP = 3

export function sentinelCommand(context: CliContext): Command {
  return new Command('sentinel').description('the watch on a replica').addCommand(workflowCommand(context))
}

function workflowCommand(context: CliContext): Command {
  const command = new Command('workflow')
    .description('the workflow in which the sentinel runs on a replica')
    .option('--repo <owner/name>', 'of the replica (default: the lowest promotable target)')
    .option('--write', 'write it into the source')
    .option('--check', 'exit 3 when the source has another one')
  return addMirrorFlags(command).action(async (_, self: Command) => {
    const flags = self.optsWithGlobals<WorkflowFlags>()
    const { SENTINEL_WORKFLOW, sentinelWorkflow } = await import('@montana/mirror')
    const { source, text } = await render(context, flags, sentinelWorkflow)
    const file = join(source, SENTINEL_WORKFLOW)
    if (flags.write) {
      mkdirSync(dirname(file), { recursive: true })
      writeFileSync(file, text)
    }
    const isSame = textOf(file) === text
    if (flags.json) context.json({ file: SENTINEL_WORKFLOW, isSame })
    else if (flags.write || flags.check)
      context.out(`${SENTINEL_WORKFLOW} ${isSame ? 'is as it should be' : 'is missing or differs'}`)
    else context.out(text.trimEnd())
    if (flags.check && !isSame) context.exit(OUT_OF_STEP)
  })
}

type Render = (repository: { owner: string; name: string }) => string

async function render(context: CliContext, flags: WorkflowFlags, workflow: Render) {
  const { config, source } = await readPlace(context, flags)
  const slot = config.targets.find((target) => target.slot === config.fenceSlot)
  const given = flags.repo?.split('/') ?? []
  const [owner, name] =
    given.length === 2 ? given : slot?.type === 'github' ? [slot.repository.owner, slot.repository.name] : []
  if (owner === undefined || name === undefined) {
    throw new UsageError('no replica is named', {
      field: 'repo',
      remedy: 'give --repo owner/name, or configure a target',
    })
  }
  return { source, text: workflow({ owner, name }) }
}
