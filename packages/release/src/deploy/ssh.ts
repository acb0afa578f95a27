import { spawn } from 'node:child_process'
import { createReadStream } from 'node:fs'
import { pipeline } from 'node:stream/promises'
import { AbortError } from '@montana/foundation'
import type { InventoryHost } from './inventory.js'

const CONNECT_TIMEOUT_S = 10
const ALIVE_INTERVAL_S = 5
const ALIVE_COUNT = 6
const OUTPUT_MAX_BYTES = 65_536
/** What ssh ends with when the fault is its own. */
export const SSH_FAILED = 255

export interface SshResult {
  /** Of the remote command, or 255 where ssh itself failed. */
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

/** No configuration file, no agent, no question, no forwarding; one key, and the host keys of one file. */
export function sshArguments(host: InventoryHost, command: string): string[] {
  const options = {
    ...{ BatchMode: 'yes', StrictHostKeyChecking: 'yes', ConnectTimeout: CONNECT_TIMEOUT_S },
    ...{ UserKnownHostsFile: quoted(host.known_hosts), GlobalKnownHostsFile: 'none', UpdateHostKeys: 'no' },
    ...{ IdentityFile: quoted(host.key_file), IdentitiesOnly: 'yes', IdentityAgent: 'none' },
    ...{ PreferredAuthentications: 'publickey', ClearAllForwardings: 'yes', ForwardAgent: 'no', LogLevel: 'ERROR' },
    ...{ ServerAliveInterval: ALIVE_INTERVAL_S, ServerAliveCountMax: ALIVE_COUNT },
  }
  const flags = Object.entries(options).flatMap(([name, value]) => ['-o', `${name}=${value}`])
  return ['-F', 'none', '-T', ...flags, '-p', String(host.port), '-l', host.user, '--', host.address, command]
}

/** Runs `command` in the shell of the host's account; `input` is a file that becomes its standard input. */
export async function runSsh(
  host: InventoryHost,
  command: string,
  signal: AbortSignal,
  input?: string,
): Promise<SshResult> {
  if (signal.aborted) throw new AbortError(signal.reason)
  const env = { PATH: process.env.PATH, LC_ALL: 'C' }
  const child = spawn('ssh', sshArguments(host, command), { env, signal, stdio: ['pipe', 'pipe', 'pipe'] })
  const texts = { stdout: '', stderr: '' }
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (text: string) => {
      if (texts[name].length < OUTPUT_MAX_BYTES) texts[name] += text
    })
  }
  const ended = new Promise<number>((resolve, reject) => {
    child.on('error', () => (signal.aborted ? reject(new AbortError(signal.reason)) : resolve(SSH_FAILED)))
    child.on('close', (code) => resolve(code ?? SSH_FAILED))
  })
  // A host that ends before it has read all says why in its exit code.
  if (input === undefined) child.stdin.on('error', () => {}).end()
  else await pipeline(createReadStream(input), child.stdin).catch(() => {})
  return { code: await ended, ...texts }
}

/** A path as ssh reads it: white space is part of it, and a percent sign is none of its tokens. */
function quoted(path: string): string {
  return `"${path.replaceAll('%', '%%')}"`
}

/** One word for the shell of the host. */
export function shellWord(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`
}
