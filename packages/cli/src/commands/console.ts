import { resolve } from 'node:path'
import { UsageError } from '@montana/foundation'
import { Command } from 'commander'
import type { CliContext, GlobalOptions } from '../context.js'
import { addMirrorSourceFlags, type MirrorSourceFlags, openMirrors } from './console/mirrors.js'
import { readConsoleToken } from './console/token.js'
import { readPort } from './port.js'
import { readPollerOptions } from './soak/options.js'

interface ConsoleFlags extends GlobalOptions, MirrorSourceFlags {
  port?: string
  listen?: string
  allowRemote?: boolean
  tokenFile?: string
}

export function consoleCommand(context: CliContext): Command {
  const command = new Command('console')
    .description('a page about a mesh and its soak records: of a devnet (--data-dir) or of --config nodes')
    .option('--port <N>', 'port of the page, 0 for any (default: 8447)')
    .option('--listen <host>', 'address to listen on (default: 127.0.0.1)')
    .option('--allow-remote', 'allow an address that is not loopback; the page asks for no password')
    .option('--token-file <file>', 'token that opens what changes something; made where the file is not there')
  return addMirrorSourceFlags(command).action(async (_, self: Command) => {
    await serve(context, self.optsWithGlobals<ConsoleFlags>())
  })
}

async function serve(context: CliContext, flags: ConsoleFlags): Promise<void> {
  context.runsUntilStopped()
  const port = flags.port === undefined ? undefined : readPort('port', flags.port)
  const { nodes, path } = await readNodes(context, flags)
  // Only who opens the page pays for its server.
  const { isLoopback, startConsole } = await import('@montana/console')
  const { signal } = context
  const { listen: host, allowRemote = false } = flags
  const token = flags.tokenFile === undefined ? undefined : await readConsoleToken(resolve(flags.tokenFile))
  // Ended after the page, however that ends.
  await using mirrors = await openMirrors(context, flags, { token, host })
  const page = await startConsole({
    ...{ nodes, soakPath: path, port, host, allowRemote, token, signal, mirrors: mirrors?.routes },
  })
  if (host !== undefined && !isLoopback(host)) context.err(`warning: ${REMOTE}`)
  if (flags.json) context.json({ console: page.url, nodes: nodes.map(({ label }) => label) })
  else context.out(`console: ${page.url}  (${nodes.length} nodes; Ctrl-C ends it)`)
  await untilStopped(signal)
  await page.stop()
}

/** A console of mirrors alone asks no nodes. */
async function readNodes(context: CliContext, flags: ConsoleFlags) {
  const isOther = flags.mirrorSource !== undefined
  return await readPollerOptions(context, flags).catch((error: unknown) => {
    if (isOther && error instanceof UsageError && error.field === 'data-dir') return { nodes: [], path: undefined }
    throw error
  })
}

const REMOTE = 'whoever reaches this address can read the page: it asks for no password and is not encrypted'

/** Being stopped is the clean end of a server. */
async function untilStopped(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return
  await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }))
}
