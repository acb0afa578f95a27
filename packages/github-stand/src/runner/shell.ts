import { spawn } from 'node:child_process'
import { delimiter, dirname } from 'node:path'

export interface ShellCall {
  readonly folder: string
  readonly environment: Readonly<Record<string, string>>
  /** Ends the command and all that it has started. */
  readonly signal: AbortSignal
  /** Replaced by `***` in the output. */
  readonly masked: readonly string[]
}

export interface ShellResult {
  /** Null when a signal has ended it. */
  readonly code: number | null
  /** stdout and stderr as they came, cut at the end when too long. */
  readonly output: string
}

const OUTPUT_MAX_CHARS = 256 * 1024

/** Runs a script as a runner of GitHub does, `bash -e`, in a process group of its own. */
export async function runShell(script: string, call: ShellCall): Promise<ShellResult> {
  const env = { PATH: searchPath(), ...call.environment }
  const child = spawn('bash', ['-e', '-o', 'pipefail', '-c', script], {
    ...{ cwd: call.folder, env, detached: true },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  const collect = (chunk: string) => {
    if (output.length < OUTPUT_MAX_CHARS) output += chunk
  }
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', collect)
  const onAbort = () => endGroup(child.pid)
  call.signal.addEventListener('abort', onAbort)
  if (call.signal.aborted) onAbort()
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', resolve)
  }).finally(() => call.signal.removeEventListener('abort', onAbort))
  return { code, output: mask(output, call.masked) }
}

/** `node` is the one that runs the stand. */
function searchPath(): string {
  return [dirname(process.execPath), process.env.PATH ?? ''].join(delimiter)
}

function endGroup(pid: number | undefined): void {
  if (pid === undefined) return
  try {
    process.kill(-pid, 'SIGKILL')
  } catch {
    // It ended by itself.
  }
}

function mask(text: string, secrets: readonly string[]): string {
  return secrets.filter((secret) => secret !== '').reduce((masked, secret) => masked.replaceAll(secret, '***'), text)
}
