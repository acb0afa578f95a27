import { Command } from 'commander'
import type { CliContext, GlobalOptions } from '../../context.js'
import { infoLines } from './lines.js'

/** Exit 0 when the file can be read, 1 when it is no whole snapshot, 78 when there is none. */
export function infoCommand(context: CliContext): Command {
  return new Command('info')
    .description('what a snapshot says of itself; nothing of it is proven')
    .argument('<FILE>')
    .action(async (file: string, _: unknown, self: Command) => {
      const { readSnapshotInfo } = await import('@montana/node')
      const info = await readSnapshotInfo(file)
      if (self.optsWithGlobals<GlobalOptions>().json) return context.json({ ...info, proven: false })
      for (const line of infoLines(info)) context.out(line)
      context.out('claimed, not proven: montana snapshot verify proves it')
    })
}
