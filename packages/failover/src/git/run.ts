import type { MontanaErrorInit } from '@montana/foundation'
import * as system from '@montana/git'
import { FailoverError } from '../errors.js'

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
  /** −1: ended by a signal. */
  readonly code: number
  readonly stdout: Buffer
  readonly stderr: string
}

/** One operation at a remote: spec three-mirror 7.3. */
const TIMEOUT_MS = 3_000
/** 64 posts of 16 KiB and what is around them. */
const OUTPUT_MAX_BYTES = 2 * 2 ** 20
/** A host that does not answer leaves time to say so. */
const SSH = { GIT_SSH_COMMAND: 'ssh -o BatchMode=yes -o ConnectTimeout=3' }

/** Git in one folder, with the times and errors of failover. */
export class Git {
  readonly folder: string
  readonly #options: system.GitOptions & { readonly timeoutMs: number }

  constructor(folder: string, { timeoutMs = TIMEOUT_MS, ...options }: GitOptions = {}) {
    this.folder = folder
    this.#options = { ...options, timeoutMs, outputMaxBytes: OUTPUT_MAX_BYTES, sshAgent: true }
  }

  /** What git wrote. Throws FailoverError GIT_FAILED with git's own words, AbortError, TimeoutError. */
  async text(args: readonly string[], call: GitCall = {}): Promise<string> {
    const result = await this.run(args, call)
    if (result.code !== 0) throw gitFailed(args, result)
    return result.stdout.toString('utf8')
  }

  /** Throws AbortError and TimeoutError, and GIT_FAILED only if git cannot be run or writes more than is read. */
  async run(args: readonly string[], { environment, ...call }: GitCall = {}): Promise<GitResult> {
    const options = { ...this.#options, ...call, environment: { ...SSH, ...environment } }
    const result = await system.runGit(this.folder, args, options)
    if (result.reason) throw system.interruption(result, options) ?? gitFailed(args, result)
    return { code: result.code ?? -1, stdout: result.stdout, stderr: result.stderr }
  }
}

export function gitFailed(args: readonly string[], result: system.GitResult): FailoverError {
  return system.gitFailed(args, result, toError)
}

function toError(message: string, init: MontanaErrorInit): FailoverError {
  return new FailoverError('GIT_FAILED', message, init)
}
