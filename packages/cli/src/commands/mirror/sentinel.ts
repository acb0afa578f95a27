import { join } from 'node:path'
import { UsageError } from '@montana/foundation'
import { Command } from 'commander'
import type { CliContext } from '../../context.js'
import { addMirrorFlags, type MirrorFlags, readPlace, textOf } from './open.js'
import { writeFiles } from './sentinel-files.js'
import { sentinelHoldCommand } from './sentinel-hold.js'
import { sentinelInstallCommand } from './sentinel-install.js'
import { sentinelRunCommand } from './sentinel-run.js'
import { sentinelStatusCommand } from './sentinel-status.js'

interface WorkflowFlags extends MirrorFlags {
  write?: boolean
  check?: boolean
  repo?: string
}

const OUT_OF_STEP = 3

export function sentinelCommand(context: CliContext): Command {
  return new Command('sentinel')
    .description('the watch on a replica')
    .addCommand(sentinelRunCommand(context))
    .addCommand(sentinelStatusCommand(context))
    .addCommand(sentinelHoldCommand(context))
    .addCommand(workflowCommand(context))
    .addCommand(sentinelInstallCommand(context))
}

function workflowCommand(context: CliContext): Command {
  const command = new Command('workflow')
    .description('the workflow in which the sentinel runs on a replica, and its script')
    .option('--repo <owner/name>', 'of the replica (default: the lowest promotable target)')
    .option('--write', 'write both into the source')
    .option('--check', 'exit 3 when one of them is missing or differs')
  return addMirrorFlags(command).action(async (_, self: Command) => {
    const flags = self.optsWithGlobals<WorkflowFlags>()
    const { SENTINEL_SCRIPT, SENTINEL_WORKFLOW, sentinelScript, sentinelWorkflow } = await import('@montana/mirror')
    const { source, text } = await render(context, flags, sentinelWorkflow)
    if (!flags.write && !flags.check && !flags.json) return context.out(text.trimEnd())
    const files = new Map([
      [SENTINEL_WORKFLOW, text],
      [SENTINEL_SCRIPT, sentinelScript()],
    ])
    if (flags.write) writeFiles(source, files)
    const compared = [...files].map(([file, content]) => ({ file, isSame: textOf(join(source, file)) === content }))
    if (flags.json) context.json({ files: compared })
    else
      for (const { file, isSame } of compared)
        context.out(`${file} ${isSame ? 'is as it should be' : 'is missing or differs'}`)
    if (flags.check && compared.some(({ isSame }) => !isSame)) context.exit(OUT_OF_STEP)
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
