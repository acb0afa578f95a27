import { ByteReader, ByteWriter, CodecError } from '@montana/codec'
import { LIMITS } from '@montana/transport'

const REQUEST_BYTES = 14
const RESPONSE_HEADER_BYTES = 11
const LENGTH_BYTES = 4
const MAX_COUNT = 64

/** `from_window u64 ‖ count u16 ‖ max_bytes u32`: spec transport 14.4, protocol 14.1. */
export interface WindowRangeRequest {
  readonly fromWindow: number
  /** 1…64. */
  readonly count: number
  /** At most 1 048 576. */
  readonly maxBytes: number
}

/** `first_window u64 ‖ count u16 ‖ more u8 ‖ items of len u32 ‖ bytes`, one item per window from `firstWindow`. */
export interface WindowRange {
  readonly firstWindow: number
  readonly more: boolean
  readonly items: readonly Uint8Array[]
}

/** Throws CodecError unless `item` has the form of what a range carries for `window`. */
export type ItemCheck = (item: Uint8Array, window: number) => void

export function encodeWindowRangeRequest(request: WindowRangeRequest): Uint8Array {
  return new ByteWriter(REQUEST_BYTES).u64(request.fromWindow).u16(request.count).u32(request.maxBytes).finish()
}

export function decodeWindowRangeRequest(bytes: Uint8Array): WindowRangeRequest {
  const reader = new ByteReader(bytes)
  const request = { fromWindow: reader.u64AsNumber(), count: reader.u16(), maxBytes: reader.u32() }
  reader.end()
  if (request.count < 1 || request.count > MAX_COUNT || request.maxBytes > LIMITS.exchange.maxPayloadBytes) {
    throw new CodecError('BadValue', { count: request.count, maxBytes: request.maxBytes })
  }
  return request
}

/** As many items as fit into `maxBytes`, in order; `more` is set when some did not fit or `more` was. */
export function fitWindowRange(range: WindowRange, maxBytes: number): WindowRange {
  let size = RESPONSE_HEADER_BYTES
  const items: Uint8Array[] = []
  for (const item of range.items) {
    size += LENGTH_BYTES + item.length
    if (size > Math.min(maxBytes, LIMITS.exchange.maxPayloadBytes)) break
    items.push(item)
  }
  return { firstWindow: range.firstWindow, more: range.more || items.length < range.items.length, items }
}

export function encodeWindowRange(range: WindowRange): Uint8Array {
  const size = range.items.reduce((sum, item) => sum + LENGTH_BYTES + item.length, RESPONSE_HEADER_BYTES)
  const writer = new ByteWriter(size).u64(range.firstWindow).u16(range.items.length).bool(range.more)
  for (const item of range.items) writer.u32(item.length).bytes(item)
  return writer.finish()
}

/** Throws {@link CodecError} unless it answers `request`: the right first window, 1…count items of the right form. */
export function decodeWindowRange(bytes: Uint8Array, request: WindowRangeRequest, check: ItemCheck): WindowRange {
  const reader = new ByteReader(bytes)
  const firstWindow = reader.u64AsNumber()
  const count = reader.u16()
  const more = reader.bool()
  if (firstWindow !== request.fromWindow || count < 1 || count > request.count) {
    throw new CodecError('BadValue', { firstWindow, count })
  }
  const items = Array.from({ length: count }, (_, index) => readItem(reader, firstWindow + index, check))
  reader.end()
  return { firstWindow, more, items }
}

function readItem(reader: ByteReader, window: number, check: ItemCheck): Uint8Array {
  const item = reader.bytes(reader.u32())
  check(item, window)
  return item.slice()
}
