import type { IncomingHttpHeaders } from 'node:http'
import type { ErrorJson } from '@montana/foundation'
import { type Epoch, NO_EPOCH, parseEpoch } from '../epoch.js'
import { FailoverError } from '../errors.js'

export const EPOCH_HEADER = 'montana-epoch'
export const IDEMPOTENCY_KEY_HEADER = 'montana-idempotency-key'

/** Who wants an effect, and under which name, so that asking twice does it once. Spec three-mirror 9. */
export interface FencedRequest {
  readonly epoch: Epoch
  readonly idempotencyKey: string | null
}

export interface FencedRequestOptions {
  /** Refuses requests without `Montana-Idempotency-Key`. */
  readonly isKeyRequired?: boolean
}

/** What an update id, a UUID or a path of both is made of. */
const IDEMPOTENCY_KEY = /^[A-Za-z0-9._:/-]{1,128}$/

/** Throws FailoverError EPOCH_MISSING and IDEMPOTENCY_KEY_MISSING; what cannot be read is missing. */
export function checkEpochHeader(headers: IncomingHttpHeaders, options: FencedRequestOptions = {}): FencedRequest {
  return { epoch: epochOf(headers), idempotencyKey: keyOf(headers, options) }
}

function epochOf({ [EPOCH_HEADER]: text }: IncomingHttpHeaders): Epoch {
  const epoch = typeof text === 'string' ? parseEpoch(text) : undefined
  if (epoch !== undefined && epoch !== NO_EPOCH) return epoch
  throw missing('EPOCH_MISSING', 'Montana-Epoch', 'the epoch of your tenure, in decimal digits')
}

function keyOf({ [IDEMPOTENCY_KEY_HEADER]: text }: IncomingHttpHeaders, { isKeyRequired }: FencedRequestOptions) {
  if (text === undefined && isKeyRequired !== true) return null
  if (typeof text === 'string' && IDEMPOTENCY_KEY.test(text)) return text
  throw missing('IDEMPOTENCY_KEY_MISSING', 'Montana-Idempotency-Key', 'up to 128 letters, digits and . _ : / -')
}

function missing(code: 'EPOCH_MISSING' | 'IDEMPOTENCY_KEY_MISSING', field: string, what: string): FailoverError {
  return new FailoverError(code, `the header ${field} is missing or cannot be read`, { field, remedy: `send ${what}` })
}

export interface FenceAnswer {
  readonly status: 409 | 428
  readonly body: ErrorJson & { readonly code: string; readonly highest?: unknown }
}

/** How a refusal of the fence is answered; undefined for any other error. */
export function fenceAnswer(error: unknown): FenceAnswer | undefined {
  if (!(error instanceof FailoverError)) return undefined
  const { code } = error
  if (code === 'EPOCH_STALE') {
    return { status: 409, body: { ...error.toJSON(), code, highest: error.metadata.highest } }
  }
  const isMissing = code === 'EPOCH_MISSING' || code === 'IDEMPOTENCY_KEY_MISSING'
  return isMissing ? { status: 428, body: { ...error.toJSON(), code } } : undefined
}
