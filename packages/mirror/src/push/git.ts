import { AbortError } from '@montana/foundation'
import { createRedactor, type GitOptions, type GitResult, runGit } from '@montana/git'
import { MirrorError } from '../contracts/errors.js'
import type { GitAccess } from '../contracts/provider.js'
import { limitsOf } from './limits.js'

/** A git command on the source, which contacts nobody. */
export interface SourceCall {
  readonly folder: string
  readonly signal: AbortSignal
  readonly input?: string
  readonly outputMaxBytes?: number
  readonly environment?: Readonly<Record<string, string>>
}

/** A git command that speaks to the target. */
export interface TargetCall extends SourceCall {
  readonly access: GitAccess
  readonly timeoutMs: number
  /** Ends the command after so long a silence. */
  readonly idleTimeoutMs?: number
  /** Of each file that it writes here; what would become larger is given up. Default: no limit. */
  readonly fileMaxBytes?: number
  readonly onLine?: (text: string) => void
}

/** Output and messages; the latter without secrets. */
export interface TargetAnswer {
  readonly code: number
  readonly stdout: string
  readonly words: string
}

/** A walk through the history of a very large repository on a slow disk. */
const LOCAL_TIMEOUT_MS = 10 * 60_000
/** 200,000 refs with names of 160 bytes. */
const OUTPUT_MAX_BYTES = 64 * 2 ** 20
const WORDS_MAX_CHARS = 500
/** `reason` in the metadata of an error: the target sends more than is taken. */
export const TOO_MUCH = 'too-much'

/** What git wrote. Throws MirrorError GIT_FAILED, AbortError. */
export async function gitText(call: SourceCall, args: readonly string[]): Promise<string> {
  return (await gitBytes(call, args)).toString('utf8')
}

export async function gitBytes(call: SourceCall, args: readonly string[]): Promise<Buffer> {
  const result = await local(call, args)
  if (result.code !== 0) throw gitFailed(args, result)
  return result.stdout
}

/** Null where git answers with a failure, which is then an answer too. */
export async function tryGit(call: SourceCall, args: readonly string[]): Promise<string | null> {
  const result = await local(call, args)
  return result.code === 0 ? result.stdout.toString('utf8') : null
}

/**
 * Throws AbortError, TARGET_UNREACHABLE when the time or the patience is over, TARGET_ANSWER_INVALID when the target sends
 * more than is taken; a failure of git itself is the answer.
 */
export async function atTarget(call: TargetCall, args: readonly string[]): Promise<TargetAnswer> {
  const { access, folder, onLine } = call
  const result = await runGit(folder, args, {
    ...common(call),
    timeoutMs: call.timeoutMs,
    settings: access.settings,
    limits: limitsOf(args[0], call.fileMaxBytes),
    environment: { ...call.environment, ...access.environment },
    redact: createRedactor(access.secrets),
    ...(call.idleTimeoutMs !== undefined && { idleTimeoutMs: call.idleTimeoutMs }),
    ...(onLine && { onLine }),
  })
  if (result.reason !== undefined) throw stopped(args, call, result)
  if (result.code !== 0 && isTooMuch(result.stderr)) throw tooMuch(args[0] ?? '')
  return { code: result.code ?? -1, stdout: result.stdout.toString('utf8'), words: result.stderr }
}

async function local(call: SourceCall, args: readonly string[]): Promise<GitResult> {
  const environment = { environment: { GIT_ALLOW_PROTOCOL: '', ...call.environment } }
  const result = await runGit(call.folder, args, { ...common(call), timeoutMs: LOCAL_TIMEOUT_MS, ...environment })
  if (result.reason === undefined) return result
  if (result.reason === 'aborted') throw new AbortError(call.signal.reason)
  throw gitFailed(args, result)
}

function common({ signal, input, outputMaxBytes = OUTPUT_MAX_BYTES }: SourceCall): GitOptions {
  return { signal, outputMaxBytes, ...(input !== undefined && { input }) }
}

/** Before git itself had said how it ended. */
function stopped(args: readonly string[], { signal }: TargetCall, result: GitResult): Error {
  const { reason } = result
  if (reason === 'aborted') return new AbortError(signal.reason)
  if (reason === 'not-started') return gitFailed(args, result)
  const command = args[0] ?? ''
  if (reason === 'too-long') return tooMuch(command)
  const fault = reason === 'idle' ? 'made no progress for too long' : 'did not end in its time'
  return new MirrorError('TARGET_UNREACHABLE', `git ${command} ${fault}`, {
    remedy: 'Look at the connection to the target, or raise PUSH_TIMEOUT_MINUTES.',
    metadata: { command, reason },
  })
}

/** Of this side: what the target says of itself begins with `remote:`. */
function isTooMuch(words: string): boolean {
  return /^(?:fatal|error): .*(?:out of memory|(?:m|re|c)alloc failed|file too large)/im.test(words)
}

function tooMuch(command: string): MirrorError {
  return new MirrorError('TARGET_ANSWER_INVALID', `git ${command}: the target sends more than is taken`, {
    remedy: 'Narrow REFS, and see with git ls-remote what the target answers.',
    metadata: { command, reason: TOO_MUCH },
  })
}

function gitFailed(args: readonly string[], { code, stderr, reason }: GitResult): MirrorError {
  const command = args[0] ?? ''
  const words = stderr.trim().slice(0, WORDS_MAX_CHARS)
  return new MirrorError('GIT_FAILED', `git ${command} failed (${reason ?? code}): ${words}`, {
    remedy: 'Read the words of git; git fsck tells whether the source is whole.',
    metadata: { command, code, reason },
  })
}
