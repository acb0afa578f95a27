import { AbortError, type MontanaErrorInit, TimeoutError } from '@montana/foundation'
import { TIMEOUT_MS, WORDS_MAX } from './constants.js'
import { GitError } from './errors.js'
import { createRedactor, type Redactor } from './redact/redactor.js'
import { runGit } from './run.js'
import type { GitOptions, GitResult } from './types.js'

/** Makes the error of a package out of a message that holds no secret, and its `metadata` ({@link GitError}). */
export type ToError<E extends Error> = (message: string, init: MontanaErrorInit) => E

export interface CheckedOptions extends GitOptions {
  /** Default: a GitError. */
  readonly toError?: ToError<Error>
}

/** As {@link runGit}, but only for code 0. Throws what `toError` makes, AbortError, TimeoutError. */
export async function git(folder: string, args: readonly string[], options: CheckedOptions = {}): Promise<GitResult> {
  const { toError, ...rest } = options
  const result = await runGit(folder, args, rest)
  if (result.code === 0) return result
  throw interruption(result, rest) ?? gitFailed(args, result, toError ?? gitError, rest.redact)
}

/** The error of a result that was given up by time or signal; undefined for any other. */
export function interruption(
  { reason }: GitResult,
  { signal, timeoutMs = TIMEOUT_MS, idleTimeoutMs = 0 }: GitOptions,
): AbortError | TimeoutError | undefined {
  if (reason === 'aborted') return new AbortError(signal?.reason)
  if (reason === 'timeout') return new TimeoutError(timeoutMs)
  return reason === 'idle' ? new TimeoutError(idleTimeoutMs) : undefined
}

/** The error of a result in git's own words; those of a push to be read by programs are on stdout. */
export function gitFailed<E extends Error>(
  args: readonly string[],
  result: GitResult,
  toError: ToError<E>,
  redact: Redactor = createRedactor(),
): E {
  const { code, reason } = result
  const command = args.find((arg) => /^[a-z][a-z-]+$/.test(arg)) ?? 'git'
  const words = redact(command === 'push' ? `${result.stderr}\n${result.stdout.toString('utf8')}` : result.stderr)
  const message = `git ${command} failed (${code ?? reason ?? 'killed'}): ${words.trim().slice(0, WORDS_MAX)}`
  return toError(message, { metadata: { command, code, ...(reason && { reason }) } })
}

function gitError(message: string, init: MontanaErrorInit): GitError {
  return new GitError(message, init)
}
