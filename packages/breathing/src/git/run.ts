import { spawn } from 'node:child_process'
import { errorMessage } from '@montana/foundation'
import { GIT_OUTPUT_BYTES_MAX, GIT_TIMEOUT_MS } from '../constants.js'
import { BreathError } from '../errors.js'

export interface GitResult {
  readonly success: boolean
  readonly stdout: string
  readonly stderr: string
  /** −1 for a timeout or when git could not be run. */
  readonly returncode: number
  /** stdout as it came. */
  readonly bytes: Buffer
}

export interface GitOptions {
  /** The program; a test puts one in between. */
  readonly program?: string
  readonly timeoutMs?: number
  readonly signal?: AbortSignal | undefined
  readonly input?: string | Uint8Array
  readonly environment?: Readonly<Record<string, string>>
}

/** Asks nobody, reads no configuration but the repository's, runs no hook, and what it writes survives power loss. */
const ENVIRONMENT = {
  GIT_TERMINAL_PROMPT: '0',
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_SSH_COMMAND: 'ssh -o BatchMode=yes -o ConnectTimeout=10',
  GIT_OPTIONAL_LOCKS: '0',
  LC_ALL: 'C',
}
const SETTINGS = [
  'core.hooksPath=/dev/null',
  'core.fsync=objects,reference',
  'core.logAllRefUpdates=false',
  'gc.auto=0',
  'maintenance.auto=false',
  'fetch.fsckObjects=true',
].flatMap((setting) => ['-c', setting])

/**
 * Runs git on `folder` by argv. Never throws for what git does: a timeout kills its whole process group and, like a
 * program that cannot be started, is returncode −1 with the reason in stderr. Spec three-mirror 12.6.
 */
export async function runGit(folder: string, args: readonly string[], options: GitOptions = {}): Promise<GitResult> {
  const { program = 'git', timeoutMs = GIT_TIMEOUT_MS, signal, input } = options
  if (signal?.aborted) return failed('aborted')
  return await new Promise((resolve) => {
    const child = spawn(program, ['-C', folder, ...SETTINGS, ...args], {
      env: { ...withoutGit(process.env), ...ENVIRONMENT, ...options.environment },
      stdio: ['pipe', 'pipe', 'pipe'],
      detached: true,
    })
    const out = new Collector(() => kill('its answer is too long'))
    const err = new Collector(() => kill('its messages are too long'))
    let reason: string | undefined
    const kill = (why: string) => {
      reason ??= why
      killGroup(child.pid)
    }
    const timer = setTimeout(() => kill(`Timeout after ${timeoutMs} ms`), timeoutMs)
    const onAbort = () => kill('aborted')
    signal?.addEventListener('abort', onAbort, { once: true })
    const end = (result: GitResult) => {
      clearTimeout(timer)
      signal?.removeEventListener('abort', onAbort)
      resolve(result)
    }
    child.stdout.on('data', (chunk: Buffer) => out.add(chunk))
    child.stderr.on('data', (chunk: Buffer) => err.add(chunk))
    child.stdin.on('error', () => {})
    child.on('error', (error) => end(failed(errorMessage(error))))
    child.on('close', (code) => end(reason === undefined ? finished(code, out, err) : failed(reason)))
    child.stdin.end(input)
  })
}

/** The same, but a failure is BreathError `GIT_FAILED` with git's own words. */
export async function git(folder: string, args: readonly string[], options: GitOptions = {}): Promise<GitResult> {
  const result = await runGit(folder, args, options)
  if (result.success) return result
  throw gitFailed(args, result)
}

export function gitFailed(args: readonly string[], { returncode, stderr }: GitResult): BreathError {
  const command = args.find((arg) => /^[a-z][a-z-]+$/.test(arg)) ?? 'git'
  const words = withoutPasswords(stderr.trim()).slice(0, 500)
  return new BreathError('GIT_FAILED', `git ${command} failed (${returncode}): ${words}`, {
    metadata: { command, returncode },
  })
}

/** A URL may carry a password, and git repeats URLs. */
function withoutPasswords(text: string): string {
  return text.replaceAll(/(\w+:\/\/)[^\s/]+@/g, '$1')
}

function finished(code: number | null, out: Collector, err: Collector): GitResult {
  const bytes = out.bytes()
  const returncode = code ?? -1
  return {
    success: code === 0,
    stdout: bytes.toString('utf8'),
    stderr: err.bytes().toString('utf8'),
    returncode,
    bytes,
  }
}

function failed(reason: string): GitResult {
  return { success: false, stdout: '', stderr: reason, returncode: -1, bytes: Buffer.alloc(0) }
}

function killGroup(pid: number | undefined): void {
  if (pid === undefined) return
  try {
    process.kill(-pid, 'SIGKILL')
  } catch {
    // Gone already.
  }
}

function withoutGit(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(environment).filter(([name]) => !name.startsWith('GIT_')))
}

class Collector {
  readonly #chunks: Buffer[] = []
  readonly #onTooLong: () => void
  #size = 0

  constructor(onTooLong: () => void) {
    this.#onTooLong = onTooLong
  }

  add(chunk: Buffer): void {
    this.#size += chunk.length
    if (this.#size > GIT_OUTPUT_BYTES_MAX) return this.#onTooLong()
    this.#chunks.push(chunk)
  }

  bytes(): Buffer {
    return Buffer.concat(this.#chunks)
  }
}
