import { readdir } from 'node:fs/promises'
import { ConfigError, errorCode, errorMessage, MontanaError } from '@montana/foundation'
import { DEFAULT_DATA_DIR, type NodeStatus, readRunFile, statusSchema } from '@montana/node/settings'
import type { Command } from 'commander'
import type { CliContext, GlobalOptions } from './context.js'

const TIMEOUT_MS = 5_000

/** How status commands find a node: by --status-url, or by --data-dir through the file a running node keeps there. */
export function addNodeFlags(command: Command): Command {
  return command.option('--status-url <url>', 'status endpoint of the node, instead of --data-dir')
}

/** The status of a running node. Never opens the store, never creates a file. */
export async function fetchStatus(context: CliContext, command: Command, query = ''): Promise<NodeStatus> {
  const { url, instance } = await find(context, command)
  const status = await statusAt(url, context.signal, query)
  if (instance === undefined || status.proc.instance === instance) return status
  throw notRunning(`another node answers at ${new URL(url).origin}, where the last one of this data directory did`)
}

/** As {@link fetchStatus}, of the node at `base`. */
export async function statusAt(base: string, signal: AbortSignal, query = ''): Promise<NodeStatus> {
  const body = await get(new URL(`/status.json${query}`, base), signal)
  const parsed = statusSchema.safeParse(body)
  if (parsed.success) return parsed.data
  const issue = parsed.error.issues[0]
  throw new MontanaError('STATUS_INVALID', `${base} is not a node's status: ${issue?.path.join('.')} ${issue?.message}`)
}

/** A node that was killed leaves its address behind, and its port may be another node's now. */
async function find(context: CliContext, command: Command): Promise<{ url: string; instance?: string }> {
  const options = command.optsWithGlobals<GlobalOptions & { statusUrl?: string }>()
  if (options.statusUrl !== undefined) return { url: checkedUrl(options.statusUrl) }
  const dataDir = options.dataDir ?? context.environment.MONTANA_DATA_DIR ?? DEFAULT_DATA_DIR
  const run = await readRunFile(dataDir)
  if (run) return { url: run.statusUrl, instance: run.instance }
  await refuseClosed(dataDir)
  throw notRunning(`no node is running in ${dataDir}`)
}

/** Whoever may not look into the folder cannot know whether a node runs there. */
async function refuseClosed(dataDir: string): Promise<void> {
  const code = await readdir(dataDir).then(() => undefined, errorCode)
  if (code !== 'EACCES') return
  throw new ConfigError(`${dataDir} is closed to this user`, {
    code: 'DATA_DIR_CLOSED',
    field: 'data-dir',
    remedy: 'run it as root, or name the node with --status-url http://127.0.0.1:8446',
  })
}

function checkedUrl(text: string): string {
  if (URL.canParse(text) && text.startsWith('http://')) return text
  throw new ConfigError(`--status-url '${text}' is not an http URL`, {
    field: 'status-url',
    remedy: 'use the form http://127.0.0.1:8446',
  })
}

async function get(url: URL, signal: AbortSignal): Promise<unknown> {
  try {
    const response = await fetch(url, { signal: AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]) })
    return await response.json()
  } catch (error) {
    throw notRunning(`${url.origin} does not answer: ${errorMessage(error)}`)
  }
}

function notRunning(message: string): MontanaError {
  return new MontanaError('NOT_RUNNING', message, {
    remedy: 'start it, or name a running node with --data-dir (of a devnet, one of its folders) or --status-url',
  })
}
