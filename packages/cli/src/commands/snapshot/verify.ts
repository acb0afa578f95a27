import { Command } from 'commander'
import type { CliContext, GlobalOptions } from '../../context.js'
import { infoLines, trustLine } from './lines.js'
import { withProgress } from './progress.js'
import { addTrustFlags, trustOptionsOf } from './trust-flags.js'

/** Exit 0 when everything is proven, 1 when it is not, 78 for a file or a genesis that cannot be used. */
export function verifyCommand(context: CliContext): Command {
  const command = new Command('verify')
    .description(
      'prove a snapshot: its header by --genesis or --checkpoint, every record by its header; writes nothing',
    )
    .argument('<FILE>')
  return addTrustFlags(command).action(async (file: string, _: unknown, self: Command) => {
    const { json, quiet } = self.optsWithGlobals<GlobalOptions>()
    const trust = await trustOptionsOf(self)
    const { verifySnapshotFile } = await import('@montana/node')
    const { signal } = context
    const notice = (line: string) => context.err(`montana: ${line}`)
    const report = await withProgress(quiet, (onProgress) =>
      verifySnapshotFile({ ...trust, file, signal, notice, onProgress }),
    )
    if (json) return context.json(report)
    for (const line of [...infoLines(report), trustLine(report)]) context.out(line)
  })
}
