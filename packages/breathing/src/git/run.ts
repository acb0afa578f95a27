import { AbortError, type MontanaErrorInit } from '@montana/foundation'
import * as system from '@montana/git'
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

const SSH = { GIT_SSH_COMMAND: 'ssh -o BatchMode=yes -o ConnectTimeout=10' }
/** What git writes survives power loss. */
const SETTINGS = ['core.fsync=objects,reference']

/**
 * Runs git on `folder`. Never throws for what git does: a timeout and a program that cannot be started are returncode −1
 * with the reason in stderr. Spec three-mirror 12.6.
 */
export async function runGit(folder: string, args: readonly string[], options: GitOptions = {}): Promise<GitResult> {
  const { timeoutMs = GIT_TIMEOUT_MS } = options
  const result = await system.runGit(folder, args, {
    ...options,
    timeoutMs,
    outputMaxBytes: GIT_OUTPUT_BYTES_MAX,
    settings: SETTINGS,
    sshAgent: true,
    environment: { ...SSH, ...options.environment },
  })
  return result.reason === undefined ? finished(result) : failed(reasonOf(result, timeoutMs))
}

/** The same, but a failure is BreathError `GIT_FAILED` with git's own words, and an abort AbortError. */
export async function git(folder: string, args: readonly string[], options: GitOptions = {}): Promise<GitResult> {
  const result = await runGit(folder, args, options)
  if (result.success) return result
  if (result.returncode === -1 && options.signal?.aborted) throw new AbortError(options.signal.reason)
  throw gitFailed(args, result)
}

export function gitFailed(args: readonly string[], { returncode, stderr, bytes }: GitResult): BreathError {
  return system.gitFailed(args, { code: returncode, stdout: bytes, stderr }, toError)
}

function toError(message: string, { metadata, ...init }: MontanaErrorInit): BreathError {
  const { code: returncode, ...rest } = metadata ?? {}
  return new BreathError('GIT_FAILED', message, { ...init, metadata: { ...rest, returncode } })
}

function reasonOf({ reason, stderr }: system.GitResult, timeoutMs: number): string {
  if (reason === 'timeout') return `Timeout after ${timeoutMs} ms`
  if (reason === 'too-long') return 'it wrote more than is read'
  return reason === 'not-started' ? stderr : 'aborted'
}

function finished({ code, stdout: bytes, stderr }: system.GitResult): GitResult {
  return { success: code === 0, stdout: bytes.toString('utf8'), stderr, returncode: code ?? -1, bytes }
}

function failed(reason: string): GitResult {
  return { success: false, stdout: '', stderr: reason, returncode: -1, bytes: Buffer.alloc(0) }
}
