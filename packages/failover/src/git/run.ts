import { spawn } from 'node:child_process'
import { AbortError } from '@montana/foundation'
import { FailoverError } from '../errors.js'
import { type GitResult, watchProcess } from './process.js'

export type { GitResult } from './process.js'

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
  async run(args: readonly string[], { signal, input = '', environment }: GitCall = {}): Promise<GitResult> {
    if (signal?.aborted) throw new AbortError(signal.reason)
    const child = spawn(this.#program, ['-C', this.folder, ...SETTINGS, ...args], {
      env: { ...withoutGit(process.env), ...ENVIRONMENT, ...environment },
      stdio: 'pipe',
      detached: true,
    })
    return await watchProcess(child, input, { timeoutMs: this.#timeoutMs, outputMaxBytes: OUTPUT_MAX_BYTES, signal })
  }
}

const WORDS_MAX = 500

export function gitFailed(args: readonly string[], { code, stderr, stdout }: GitResult): FailoverError {
  const command = args.find((arg) => /^[a-z][a-z-]+$/.test(arg)) ?? 'git'
  const words = withoutPasswords(`${stderr.trim()}\n${stdout.toString('utf8').trim()}`.trim()).slice(0, WORDS_MAX)
  return new FailoverError('GIT_FAILED', `git ${command} failed (${code}): ${words}`, { metadata: { command, code } })
}

/** A URL may carry a password, and git repeats URLs. */
function withoutPasswords(text: string): string {
  return text.replaceAll(/(\w+:\/\/)[^\s/]+@/g, '$1')
}

function withoutGit(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(environment).filter(([name]) => !name.startsWith('GIT_')))
}
