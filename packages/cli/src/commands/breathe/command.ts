import { Command } from 'commander'
import type { CliContext } from '../../context.js'
import { onceCommand } from './once.js'
import { resolveCommand } from './resolve.js'
import { runCommand } from './run.js'
import { statusCommand } from './status.js'

export function breatheCommand(context: CliContext): Command {
  return new Command('breathe')
    .description('files that several hosts write, kept the same over git')
    .addCommand(runCommand(context))
    .addCommand(onceCommand(context))
    .addCommand(statusCommand(context))
    .addCommand(resolveCommand(context))
}
