import { errorCode, errorMessage, MontanaError } from '@montana/foundation'
import { MirrorError } from '../contracts/errors.js'
import type { LayerStatus } from '../contracts/store.js'
import type { AttemptOutcome } from '../store/attempts.js'
import type { LayerResult } from './worker-types.js'

/** What a page can show; the rest of a long text of git repeats itself. */
const MESSAGE_CHARACTERS_MAX = 2_000

/** Why a layer is not in step, in the form in which it is kept. */
export interface Failure {
  readonly status: LayerStatus & AttemptOutcome
  readonly code: string
  readonly message: string
  readonly remedy: string | null
  readonly retryAfterMs: number | undefined
}

export function failureOf(error: unknown): Failure {
  const remedy = error instanceof MontanaError ? (error.remedy ?? null) : null
  const retryAfterMs = error instanceof MirrorError ? error.retryAfterMs : undefined
  const status = errorCode(error) === 'REF_DIVERGED' ? 'diverged' : 'failed'
  const message = errorMessage(error).slice(0, MESSAGE_CHARACTERS_MAX)
  return { status, code: errorCode(error), message, remedy, retryAfterMs }
}

/** Undefined: the layer is in step, as far as it can be. */
export function failureIn({ status, error, retryAfterMs }: LayerResult): Failure | undefined {
  if (status === 'ok' || status === 'stale' || status === 'off') return undefined
  const { code, message, remedy } = error ?? { code: 'UNKNOWN', message: `the layer is ${status}`, remedy: null }
  return { status, code, message, remedy, retryAfterMs }
}

export function stuckFailure(timeoutMs: number): Failure {
  const message = `no end after ${Math.round(timeoutMs / 1000)} s; the run was ended`
  const remedy = 'look at the line to the target, or raise PUSH_TIMEOUT_MINUTES of its slot'
  return { status: 'failed', code: 'TIMEOUT', message, remedy, retryAfterMs: undefined }
}
