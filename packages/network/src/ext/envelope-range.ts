import { ByteReader, ByteWriter, CodecError } from '@montana/codec'
import { LIMITS } from '@montana/transport'

const MAX_COUNT = 64
const RESPONSE_HEADER_BYTES = 11
/** A cemented envelope is longer than its bare header of 3722 bytes. */
const MIN_ITEM_BYTES = 3723

/** 0x84: spec transport 14.4. */
export interface EnvelopeRangeRequest {
  readonly fromWindow: number
  /** 1…64. */
  readonly count: number
  /** At most 1 048 576. */
  readonly maxBytes: number
}

/** 0x85: exact cemented 0x22 payloads of consecutive windows from `firstWindow`. */
export interface EnvelopeRangeResponse {
  readonly firstWindow: number
  readonly more: boolean
  readonly envelopes: readonly Uint8Array[]
}

export function encodeEnvelopeRangeRequest(request: EnvelopeRangeRequest): Uint8Array {
  return new ByteWriter(14).u64(request.fromWindow).u16(request.count).u32(request.maxBytes).finish()
}

export function decodeEnvelopeRangeRequest(bytes: Uint8Array): EnvelopeRangeRequest {
  const reader = new ByteReader(bytes)
  const request = { fromWindow: reader.u64AsNumber(), count: reader.u16(), maxBytes: reader.u32() }
  reader.end()
  if (request.count < 1 || request.count > MAX_COUNT || request.maxBytes > LIMITS.exchange.maxPayloadBytes) {
    throw new CodecError('BadValue', { count: request.count, maxBytes: request.maxBytes })
  }
  return request
}

/**
 * As many of `envelopes` as fit into `maxBytes`, in order; `more` is set when some did not fit or `more` was. An empty
 * result means that not even the first one fits: answer Error 2 (too large).
 */
export function fitEnvelopeRange(response: EnvelopeRangeResponse, maxBytes: number): EnvelopeRangeResponse {
  let size = RESPONSE_HEADER_BYTES
  const fitting: Uint8Array[] = []
  for (const envelope of response.envelopes) {
    size += 4 + envelope.length
    if (size > Math.min(maxBytes, LIMITS.exchange.maxPayloadBytes)) break
    fitting.push(envelope)
  }
  const more = response.more || fitting.length < response.envelopes.length
  return { firstWindow: response.firstWindow, more, envelopes: fitting }
}

export function encodeEnvelopeRangeResponse(response: EnvelopeRangeResponse): Uint8Array {
  const size = response.envelopes.reduce((sum, envelope) => sum + 4 + envelope.length, RESPONSE_HEADER_BYTES)
  const writer = new ByteWriter(size).u64(response.firstWindow).u16(response.envelopes.length).bool(response.more)
  for (const envelope of response.envelopes) writer.u32(envelope.length).bytes(envelope)
  return writer.finish()
}

/** Throws {@link CodecError} unless it answers `request`: right window, 1…count items, each a cemented envelope. */
export function decodeEnvelopeRangeResponse(bytes: Uint8Array, request: EnvelopeRangeRequest): EnvelopeRangeResponse {
  const reader = new ByteReader(bytes)
  const firstWindow = reader.u64AsNumber()
  const count = reader.u16()
  const more = reader.bool()
  if (firstWindow !== request.fromWindow || count < 1 || count > request.count) {
    throw new CodecError('BadValue', { firstWindow, count })
  }
  const envelopes = Array.from({ length: count }, () => readItem(reader))
  reader.end()
  return { firstWindow, more, envelopes }
}

function readItem(reader: ByteReader): Uint8Array {
  const length = reader.u32()
  if (length < MIN_ITEM_BYTES) throw new CodecError('BadLength', { length })
  return reader.bytes(length).slice()
}
