import { DocumentServer } from '@montana/fleet'
import { ConfigError, UsageError } from '@montana/foundation'
import { Command } from 'commander'
import type { CliContext } from '../../context.js'
import { type FleetFlags, fleetSettings } from './fleet-settings.js'

interface Flags extends FleetFlags {
  listen: string
  public?: boolean
}

const NAMES = ['manifest', 'roster']
const LOOPBACK = new Set(['127.0.0.1', '::1', 'localhost'])

export function serveCommand(context: CliContext): Command {
  return new Command('serve')
    .description('serve the documents in force, /documents/manifest and /documents/roster, to the sync jobs of others')
    .option('--state <DIR>', 'where they lie (default: of the configuration)')
    .option('--listen <HOST:PORT>', 'where to listen; beyond loopback only with --public', '127.0.0.1:8448')
    .option('--public', 'listen beyond loopback: the manifest tells the addresses of all nodes to whoever asks')
    .action(async (_: unknown, self: Command) => {
      context.runsUntilStopped()
      const flags = self.optsWithGlobals<Flags>()
      const { host, port } = addressOf(flags.listen)
      if (!LOOPBACK.has(host)) checkPublic(context, flags)
      const stateDir = flags.state ?? (await fleetSettings(context, flags)).state
      const server = new DocumentServer({ host, port, stateDir, names: NAMES })
      const url = await server.start()
      if (flags.json) context.json({ url, stateDir, names: NAMES })
      else context.out(`serving ${stateDir} at ${url}`)
      await aborted(context.signal)
      await server.stop()
    })
}

function checkPublic(context: CliContext, { listen, public: isPublic }: Flags): void {
  if (!isPublic) {
    const remedy = 'listen on 127.0.0.1 and reach it through a tunnel, or add --public'
    throw new ConfigError(`--listen ${listen} is not loopback`, { field: 'listen', remedy })
  }
  context.err(`${listen}: whoever reaches it learns the addresses of all nodes`)
}

function addressOf(text: string): { host: string; port: number } {
  const [, bracketed, plain, port] = /^(?:\[([0-9a-fA-F:]+)\]|([0-9a-zA-Z.-]+)):(\d{1,5})$/.exec(text) ?? []
  const host = bracketed ?? plain
  if (host !== undefined && Number(port) <= 65_535) return { host, port: Number(port) }
  throw new UsageError(`--listen '${text}' is not HOST:PORT`, { field: 'listen' })
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve()
    signal.addEventListener('abort', () => resolve(), { once: true })
  })
}
