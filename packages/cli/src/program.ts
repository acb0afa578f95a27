import type { Command } from 'commander'
import { breatheCommand } from './commands/breathe/command.js'
import { clockCommand } from './commands/clock/command.js'
import { configCommand } from './commands/config.js'
import { consoleCommand } from './commands/console.js'
import { devnetCommand } from './commands/devnet/command.js'
import { evidenceCommand } from './commands/evidence.js'
import { failoverCommand } from './commands/failover.js'
import { initCommand } from './commands/init.js'
import { inspectCommand } from './commands/inspect.js'
import { journalCommand } from './commands/journal.js'
import { keysCommand } from './commands/keys/command.js'
import { mirrorCommand } from './commands/mirror/command.js'
import { peersCommand } from './commands/peers.js'
import { registryCommand } from './commands/registry/command.js'
import { soakCommand } from './commands/soak.js'
import { startCommand } from './commands/start.js'
import { statusCommand } from './commands/status.js'
import { timeCommand } from './commands/time.js'
import { versionCommand } from './commands/version.js'
import { windowsCommand } from './commands/windows.js'
import { witnessCommand } from './commands/witness/command.js'
import type { CliContext } from './context.js'
import { quiet, rootCommand } from './root-command.js'

/** The whole command line. Unknown flags and commands fail with exit code 2. */
export function createProgram(context: CliContext): Command {
  const program = rootCommand()
  const commands = [
    initCommand,
    startCommand,
    statusCommand,
    peersCommand,
    inspectCommand,
    timeCommand,
    windowsCommand,
    evidenceCommand,
    journalCommand,
    clockCommand,
    devnetCommand,
    soakCommand,
    consoleCommand,
    witnessCommand,
    failoverCommand,
    breatheCommand,
    mirrorCommand,
    keysCommand,
    registryCommand,
    configCommand,
    versionCommand,
  ]
  for (const command of commands) program.addCommand(quiet(command(context)))
  return quiet(program)
}
