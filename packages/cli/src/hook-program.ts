import type { Command } from 'commander'
import { mirrorGroup } from './commands/mirror/group.js'
import { hookCommand } from './commands/mirror/hook.js'
import type { CliContext } from './context.js'
import { quiet, rootCommand } from './root-command.js'

/** Whether the words behind `montana` are written as `mirror hook …`; other orders are right too, and only slower. */
export function isHookCall([first, second]: readonly string[]): boolean {
  return first === 'mirror' && second === 'hook'
}

/**
 * The same command line as the whole one, as far as a hook goes: it runs with each change on the primary, where loading
 * all the other commands would cost more than the hook itself. Spec repository-mirror 1.1.
 */
export function createHookProgram(context: CliContext): Command {
  return quiet(rootCommand().addCommand(mirrorGroup().addCommand(hookCommand(context))))
}
