import { CodecError } from '@montana/codec'
import {
  decodeWindowRange,
  encodeWindowRange,
  fitWindowRange,
  type WindowRange,
  type WindowRangeRequest,
} from './window-range.js'

/** A cemented envelope is longer than its bare header of 3722 bytes. */
const MIN_ITEM_BYTES = 3723

/** 0x84: spec transport 14.4. */
export type EnvelopeRangeRequest = WindowRangeRequest

/** 0x85: exact cemented 0x22 payloads of consecutive windows from `firstWindow`. */
export interface EnvelopeRangeResponse {
  readonly firstWindow: number
  readonly more: boolean
  readonly envelopes: readonly Uint8Array[]
}

export {
  decodeWindowRangeRequest as decodeEnvelopeRangeRequest,
  encodeWindowRangeRequest as encodeEnvelopeRangeRequest,
} from './window-range.js'

/**
 * As many of `envelopes` as fit into `maxBytes`, in order; `more` is set when some did not fit or `more` was. An empty
 * result means that not even the first one fits: answer Error 2 (too large).
 */
export function fitEnvelopeRange(response: EnvelopeRangeResponse, maxBytes: number): EnvelopeRangeResponse {
  return fromRange(fitWindowRange(toRange(response), maxBytes))
}

export function encodeEnvelopeRangeResponse(response: EnvelopeRangeResponse): Uint8Array {
  return encodeWindowRange(toRange(response))
}

/** Throws {@link CodecError} unless it answers `request`: right window, 1…count items, each a cemented envelope. */
export function decodeEnvelopeRangeResponse(bytes: Uint8Array, request: EnvelopeRangeRequest): EnvelopeRangeResponse {
  return fromRange(decodeWindowRange(bytes, request, checkEnvelope))
}

function checkEnvelope({ length }: Uint8Array): void {
  if (length < MIN_ITEM_BYTES) throw new CodecError('BadLength', { length })
}

function toRange({ firstWindow, more, envelopes }: EnvelopeRangeResponse): WindowRange {
  return { firstWindow, more, items: envelopes }
}

function fromRange({ firstWindow, more, items }: WindowRange): EnvelopeRangeResponse {
  return { firstWindow, more, envelopes: items }
}
