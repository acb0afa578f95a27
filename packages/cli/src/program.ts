import type { Command } from 'commander'
import type { CliContext } from './context.js'
import { quiet, rootCommand } from './root-command.js'

type CreateCommand = (context: CliContext) => Command

/** In the order of the help. Each is loaded by itself: all of them together take four times as long as most of them. */
const COMMANDS: Readonly<Record<string, () => Promise<CreateCommand>>> = {
  init: async () => (await import('./commands/init.js')).initCommand,
  start: async () => (await import('./commands/start.js')).startCommand,
  status: async () => (await import('./commands/status.js')).statusCommand,
  peers: async () => (await import('./commands/peers.js')).peersCommand,
  inspect: async () => (await import('./commands/inspect.js')).inspectCommand,
  time: async () => (await import('./commands/time.js')).timeCommand,
  fastsync: async () => (await import('./commands/fastsync/command.js')).fastsyncCommand,
  store: async () => (await import('./commands/store.js')).storeCommand,
  windows: async () => (await import('./commands/windows.js')).windowsCommand,
  evidence: async () => (await import('./commands/evidence.js')).evidenceCommand,
  journal: async () => (await import('./commands/journal.js')).journalCommand,
  snapshot: async () => (await import('./commands/snapshot/command.js')).snapshotCommand,
  clock: async () => (await import('./commands/clock/command.js')).clockCommand,
  devnet: async () => (await import('./commands/devnet/command.js')).devnetCommand,
  soak: async () => (await import('./commands/soak.js')).soakCommand,
  console: async () => (await import('./commands/console.js')).consoleCommand,
  witness: async () => (await import('./commands/witness/command.js')).witnessCommand,
  failover: async () => (await import('./commands/failover.js')).failoverCommand,
  breathe: async () => (await import('./commands/breathe/command.js')).breatheCommand,
  mirror: async () => (await import('./commands/mirror/command.js')).mirrorCommand,
  keys: async () => (await import('./commands/keys/command.js')).keysCommand,
  registry: async () => (await import('./commands/registry/command.js')).registryCommand,
  explorer: async () => (await import('./commands/explorer.js')).explorerCommand,
  upgrade: async () => (await import('./commands/release/upgrade.js')).upgradeCommand,
  deploy: async () => (await import('./commands/release/deploy.js')).deployCommand,
  rollback: async () => (await import('./commands/release/rollback.js')).rollbackCommand,
  alert: async () => (await import('./commands/alert/command.js')).alertCommand,
  manifest: async () => (await import('./commands/manifest/command.js')).manifestCommand,
  join: async () => (await import('./commands/join.js')).joinCommand,
  roster: async () => (await import('./commands/roster/command.js')).rosterCommand,
  vpn: async () => (await import('./commands/vpn/command.js')).vpnCommand,
  config: async () => (await import('./commands/config.js')).configCommand,
  doctor: async () => (await import('./commands/operator/doctor.js')).doctorCommand,
  uninstall: async () => (await import('./commands/operator/uninstall.js')).uninstallCommand,
  reset: async () => (await import('./commands/operator/reset.js')).resetCommand,
  'onboard-steps': async () => (await import('./commands/operator/onboard.js')).onboardCommand,
  version: async () => (await import('./commands/version.js')).versionCommand,
}

/** Called by our own script only: in no help and on no reference page. */
const HIDDEN = new Set(['onboard-steps'])

/**
 * The command line for `words`, those behind `montana`: the command that they begin with, or all where they begin
 * otherwise. Unknown flags and commands fail with exit code 2.
 */
export async function createProgram(context: CliContext, words: readonly string[] = []): Promise<Command> {
  const [first = ''] = words
  const named = Object.hasOwn(COMMANDS, first) ? [COMMANDS[first]] : Object.values(COMMANDS)
  const program = rootCommand()
  for (const create of await Promise.all(named.map((load) => load?.()))) {
    if (!create) continue
    const command = quiet(create(context))
    program.addCommand(command, { hidden: HIDDEN.has(command.name()) })
  }
  return quiet(program)
}
