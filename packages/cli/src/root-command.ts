import { buildInfo } from '@montana/node/build-info'
import { Command } from 'commander'

/** `montana` with the options of every command, without its commands. */
export function rootCommand(): Command {
  return new Command('montana')
    .description('post-quantum consensus node and the tools around it')
    .version(buildInfo().version, '-V, --version')
    .option('--json', 'print exactly one JSON object (long-running commands: JSON lines)')
    .option('--config <file>', 'configuration file, YAML or JSON')
    .option('--data-dir <dir>', 'data directory of the node')
    .option('--log-level <level>', 'debug | info | warn | error | silent')
    .option('--no-color', 'no colour even on a terminal')
    .option('--quiet', 'results only')
    .showHelpAfterError(false)
}

/** Errors are reported in one place, in one form; commander must neither print nor exit. */
export function quiet(command: Command): Command {
  for (const child of command.commands) quiet(child)
  return command.exitOverride().configureOutput({ writeErr: () => {} })
}
