import { resolve } from 'node:path'
import type { ConsoleOptions } from '@montana/console'
import { Command } from 'commander'
import type { CliContext, GlobalOptions } from '../context.js'
import { failoverSources } from './console/failover-sources.js'
import { addMirrorSourceFlags, type MirrorSourceFlags, openMirrors } from './console/mirrors.js'
import { STATUS_CODES } from './console/status-codes.js'
import { readConsoleToken } from './console/token.js'
import { operatorName } from './failover/agent-flags.js'
import { readPort } from './port.js'
import { findPollerOptions, readPollerOptions } from './soak/options.js'

type NodesToShow = Pick<ConsoleOptions, 'nodes'> & { readonly path: string | undefined }

interface ConsoleFlags extends GlobalOptions, MirrorSourceFlags {
  port?: string
  listen?: string
  allowRemote?: boolean
  tokenFile?: string
  failoverSocket: string[]
}

export function consoleCommand(context: CliContext): Command {
  const command = new Command('console')
    .description('a page about a mesh and its soak records: of a devnet (--data-dir) or of --config nodes')
    .option('--port <N>', 'port of the page, 0 for any (default: 8447)')
    .option('--listen <host>', 'address to listen on (default: 127.0.0.1)')
    .option('--allow-remote', 'allow an address that is not loopback; the page asks for no password')
    .option('--token-file <file>', 'token that opens what changes something; made where the file is not there')
    .option('--failover-socket <file>', 'control socket of a failover agent; may be given again', collect, [])
  return addMirrorSourceFlags(command).action(async (_, self: Command) => {
    await serve(context, self.optsWithGlobals<ConsoleFlags>())
  })
}

async function serve(context: CliContext, flags: ConsoleFlags): Promise<void> {
  context.runsUntilStopped()
  const port = flags.port === undefined ? undefined : readPort('port', flags.port)
  const failover = await failoverSources(flags.failoverSocket)
  const { nodes, path } = await readNodes(context, flags)
  // Only who opens the page pays for its server.
  const { isLoopback, startConsole } = await import('@montana/console')
  const { signal } = context
  const { listen: host, allowRemote = false } = flags
  const token = flags.tokenFile === undefined ? undefined : await readConsoleToken(resolve(flags.tokenFile))
  // Ended after the page, however that ends.
  await using mirrors = await openMirrors(context, flags, { token, host })
  const page = await startConsole({
    ...{ nodes, codes: STATUS_CODES, soakPath: path, port, host, allowRemote, token, signal, failover },
    ...{ operator: operatorName(context), auditPath: auditPath(flags), mirrors: mirrors?.routes },
  })
  if (host !== undefined && !isLoopback(host)) context.err(`warning: ${REMOTE}`)
  announce(context, flags, { url: page.url, nodes: nodes.map(({ label }) => label) })
  await untilStopped(signal)
  await page.stop()
}

/** Whoever unlocks the page has to know where the token stands. */
function announce(context: CliContext, flags: ConsoleFlags, { url, nodes }: { url: string; nodes: string[] }): void {
  const tokenFile = flags.tokenFile === undefined ? null : resolve(flags.tokenFile)
  if (flags.json) return context.json({ console: url, nodes, tokenFile })
  context.out(`console: ${url}  (${nodes.length} nodes; Ctrl-C ends it)`)
  context.out(
    tokenFile === null ? 'read-only: nothing changes without --token-file FILE' : `console token: ${tokenFile}`,
  )
}

/** Agents or mirrors alone are enough to look at. */
async function readNodes(context: CliContext, flags: ConsoleFlags): Promise<NodesToShow> {
  const isEnough = flags.failoverSocket.length > 0 || flags.mirrorSource !== undefined
  const options = await (isEnough ? findPollerOptions : readPollerOptions)(context, flags)
  return { nodes: options?.nodes ?? [], path: options?.path }
}

/** Orders need a token, so that there is a place beside it. */
function auditPath({ tokenFile }: ConsoleFlags): string | undefined {
  return tokenFile === undefined ? undefined : `${resolve(tokenFile)}.audit.jsonl`
}

function collect(value: string, before: readonly string[]): string[] {
  return [...before, value]
}

const REMOTE = 'whoever reaches this address can read the page: it asks for no password and is not encrypted'

/** Being stopped is the clean end of a server. */
async function untilStopped(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return
  await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }))
}
