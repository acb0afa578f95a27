import { spawn } from 'node:child_process'
import { AbortError, errorMessage, TimeoutError } from '@montana/foundation'
import { FailoverError } from '../errors.js'
import { BoundedOutput } from './bounded-output.js'

export interface GitOptions {
  /** The program; a test puts one in between. */
  readonly program?: string
  readonly timeoutMs?: number
}

export interface GitCall {
  readonly signal?: AbortSignal | undefined
  readonly input?: string
  readonly environment?: Readonly<Record<string, string>>
}

export interface GitResult {
  readonly code: number
  readonly stdout: Buffer
  readonly stderr: string
}

/** One operation at a remote: spec three-mirror 7.3. */
const TIMEOUT_MS = 3_000
/** 64 posts of 16 KiB and what is around them. */
const OUTPUT_MAX_BYTES = 2 * 2 ** 20

/** Asks nobody, reads no configuration but the repository's, runs no hook of this side. */
const ENVIRONMENT = {
  GIT_TERMINAL_PROMPT: '0',
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_SSH_COMMAND: 'ssh -o BatchMode=yes -o ConnectTimeout=3',
  GIT_OPTIONAL_LOCKS: '0',
  LC_ALL: 'C',
}
const SETTINGS = [
  'core.hooksPath=/dev/null',
  'core.logAllRefUpdates=false',
  'gc.auto=0',
  'maintenance.auto=false',
  'fetch.fsckObjects=true',
].flatMap((setting) => ['-c', setting])

/** Git in one folder, by argv and never through a shell; what takes too long is killed with all its children. */
export class Git {
  readonly folder: string
  readonly #program: string
  readonly #timeoutMs: number

  constructor(folder: string, { program = 'git', timeoutMs = TIMEOUT_MS }: GitOptions = {}) {
    this.folder = folder
    this.#program = program
    this.#timeoutMs = timeoutMs
  }

  /** What git wrote. Throws FailoverError GIT_FAILED with git's own words, AbortError, TimeoutError. */
  async text(args: readonly string[], call: GitCall = {}): Promise<string> {
    const result = await this.run(args, call)
    if (result.code !== 0) throw gitFailed(args, result)
    return result.stdout.toString('utf8')
  }

  /** Settles when the process has ended. Throws AbortError and TimeoutError, and GIT_FAILED only if git cannot be run. */
  run(args: readonly string[], { signal, input = '', environment }: GitCall = {}): Promise<GitResult> {
    if (signal?.aborted) return Promise.reject(new AbortError(signal.reason))
    return new Promise((resolve, reject) => {
      const child = spawn(this.#program, ['-C', this.folder, ...SETTINGS, ...args], {
        env: { ...withoutGit(process.env), ...ENVIRONMENT, ...environment },
        stdio: 'pipe',
        detached: true,
      })
      let reason: Error | undefined
      const kill = (why: Error) => {
        reason ??= why
        killGroup(child.pid)
      }
      const onTooLong = () => kill(new FailoverError('GIT_FAILED', 'git wrote more than is read'))
      const [stdout, stderr] = [child.stdout, child.stderr].map(
        (s) => new BoundedOutput(s, OUTPUT_MAX_BYTES, onTooLong),
      )
      const timer = setTimeout(() => kill(new TimeoutError(this.#timeoutMs)), this.#timeoutMs)
      const onAbort = () => kill(new AbortError(signal?.reason))
      signal?.addEventListener('abort', onAbort, { once: true })
      const end = (settle: () => void) => {
        clearTimeout(timer)
        signal?.removeEventListener('abort', onAbort)
        settle()
      }
      child.stdin.on('error', () => {})
      child.stdin.end(input)
      child.on('error', (error) => end(() => reject(notRun(error))))
      child.on('close', (code) =>
        end(() => {
          if (reason) reject(reason)
          else resolve({ code: code ?? -1, stdout: bytesOf(stdout), stderr: bytesOf(stderr).toString('utf8') })
        }),
      )
    })
  }
}

const WORDS_MAX = 500

export function gitFailed(args: readonly string[], { code, stderr, stdout }: GitResult): FailoverError {
  const command = args.find((arg) => /^[a-z][a-z-]+$/.test(arg)) ?? 'git'
  const words = withoutPasswords(`${stderr.trim()}\n${stdout.toString('utf8').trim()}`.trim()).slice(0, WORDS_MAX)
  return new FailoverError('GIT_FAILED', `git ${command} failed (${code}): ${words}`, { metadata: { command, code } })
}

function notRun(error: Error): FailoverError {
  return new FailoverError('GIT_FAILED', `git cannot be run: ${errorMessage(error)}`, { cause: error })
}

function bytesOf(output: BoundedOutput | undefined): Buffer {
  return output?.bytes() ?? Buffer.alloc(0)
}

/** A URL may carry a password, and git repeats URLs. */
function withoutPasswords(text: string): string {
  return text.replaceAll(/(\w+:\/\/)[^\s/@]+@/g, '$1')
}

function withoutGit(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(environment).filter(([name]) => !name.startsWith('GIT_')))
}

function killGroup(pid: number | undefined): void {
  try {
    if (pid !== undefined) process.kill(-pid, 'SIGKILL')
  } catch {
    // It ended by itself.
  }
}
