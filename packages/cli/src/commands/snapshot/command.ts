import { Command } from 'commander'
import type { CliContext } from '../../context.js'
import { createSnapshotCommand } from './create.js'
import { infoCommand } from './info.js'
import { restoreCommand } from './restore.js'
import { verifyCommand } from './verify.js'

export function snapshotCommand(context: CliContext): Command {
  return new Command('snapshot')
    .description('the whole state at one window in one file, proven wherever it is read')
    .addCommand(createSnapshotCommand(context))
    .addCommand(verifyCommand(context))
    .addCommand(restoreCommand(context))
    .addCommand(infoCommand(context))
}
