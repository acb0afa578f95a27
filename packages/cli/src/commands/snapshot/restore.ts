import { Command } from 'commander'
import type { CliContext, GlobalOptions } from '../../context.js'
import { dataDirOf } from '../../start-flags.js'
import { infoLines, trustLine } from './lines.js'
import { withProgress } from './progress.js'
import { addTrustFlags, trustOptionsOf } from './trust-flags.js'

const SILENCE =
  'the store has no record of what its node signed: the node signs nothing until it has caught up, and two windows more'

/** Exit 0 when the state is in place, 1 when the snapshot is not proven, 78 for a directory or file that cannot be used. */
export function restoreCommand(context: CliContext): Command {
  const command = new Command('restore')
    .description('prove a snapshot and make it the store of --data-dir; run it again when it was interrupted')
    .argument('<FILE>')
  return addTrustFlags(command).action(async (file: string, _: unknown, self: Command) => {
    const { json, quiet } = self.optsWithGlobals<GlobalOptions>()
    const trust = await trustOptionsOf(self)
    const { restoreSnapshotFile } = await import('@montana/node')
    const { signal } = context
    const notice = (line: string) => context.err(`montana: ${line}`)
    const dataDir = dataDirOf(context, self)
    const report = await withProgress(quiet, (onProgress) =>
      restoreSnapshotFile({ ...trust, dataDir, file, signal, notice, onProgress }),
    )
    if (json) return context.json(report)
    for (const line of [...infoLines(report), trustLine(report), SILENCE]) context.out(line)
  })
}
