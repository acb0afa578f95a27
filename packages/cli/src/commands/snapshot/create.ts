import { UsageError } from '@montana/foundation'
import { Command, Option } from 'commander'
import type { CliContext, GlobalOptions } from '../../context.js'
import { dataDirOf } from '../../start-flags.js'
import { infoLines } from './lines.js'
import { withProgress } from './progress.js'

interface CreateFlags extends GlobalOptions {
  window?: string
  force?: boolean
}

/** Exit 0 when the file is whole and durable; 78 for a store or a path that cannot be used. */
export function createSnapshotCommand(context: CliContext): Command {
  return new Command('create')
    .description('write the state of the store of --data-dir to FILE; reads only, also beside a running node')
    .argument('<FILE>', 'appears when it is whole')
    .addOption(new Option('--window <W>', 'a window that the node keeps frozen; the head when left out'))
    .option('--force', 'replace FILE')
    .action(async (file: string, _: unknown, self: Command) => {
      const { json, quiet, window, force = false } = self.optsWithGlobals<CreateFlags>()
      const { createSnapshotFile } = await import('@montana/node')
      const dataDir = dataDirOf(context, self)
      const wanted = window === undefined ? undefined : windowOf(window)
      const { signal } = context
      const info = await withProgress(quiet, (onProgress) =>
        createSnapshotFile({ dataDir, file, window: wanted, force, signal, onProgress }),
      )
      if (json) context.json(info)
      else for (const line of infoLines(info)) context.out(line)
    })
}

function windowOf(text: string): number {
  const window = Number(text)
  if (Number.isSafeInteger(window) && window > 0) return window
  throw new UsageError(`--window is '${text}'`, { field: 'window', remedy: 'use the number of a window' })
}
