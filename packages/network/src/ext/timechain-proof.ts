import { ByteReader, ByteWriter, CodecError } from '@montana/codec'

const MAX_COUNT = 32
const MIN_SEGMENTS = 8
const MAX_SEGMENTS = 256
const MAX_D = 2 ** 32 - 1
const VALUE_BYTES = 32
const RESPONSE_HEADER_BYTES = 2
const ITEM_HEADER_BYTES = 50
/** Payload limit of 0x83: spec transport 14.1. It cuts 32 items of 256 segments to 31. */
export const MAX_TIMECHAIN_PROOF_BYTES = 262_144

/** 0x82: spec transport 14.3. */
export interface TimechainProofRequest {
  readonly fromWindow: number
  /** 1…32. */
  readonly count: number
  /** 8…256. */
  readonly maxSegments: number
}

/** Checkpoints of one window with both its ends. Unsigned: it holds or it does not. */
export interface TimechainProofItem {
  readonly window: number
  readonly d: number
  /** T_r(window − 1), 32 bytes. */
  readonly start: Uint8Array
  /** k·32 bytes at floor(d·i/k), i = 1 … k; the last is T_r(window). */
  readonly values: Uint8Array
}

export function encodeTimechainProofRequest(request: TimechainProofRequest): Uint8Array {
  return new ByteWriter(12).u64(request.fromWindow).u16(request.count).u16(request.maxSegments).finish()
}

/** Throws {@link CodecError} where count is outside 1…32 or max_segments outside 8…256. */
export function decodeTimechainProofRequest(bytes: Uint8Array): TimechainProofRequest {
  const reader = new ByteReader(bytes)
  const request = { fromWindow: reader.u64AsNumber(), count: reader.u16(), maxSegments: reader.u16() }
  reader.end()
  const { count, maxSegments } = request
  const isInBand = count >= 1 && count <= MAX_COUNT && maxSegments >= MIN_SEGMENTS && maxSegments <= MAX_SEGMENTS
  if (!isInBand) throw new CodecError('BadValue', { count, maxSegments })
  return request
}

/** As many items as fit into the payload limit, in order. */
export function fitTimechainProofs(items: readonly TimechainProofItem[]): TimechainProofItem[] {
  let size = RESPONSE_HEADER_BYTES
  const firstBeyond = items.findIndex((item) => {
    size += itemBytes(item)
    return size > MAX_TIMECHAIN_PROOF_BYTES
  })
  return firstBeyond < 0 ? [...items] : items.slice(0, firstBeyond)
}

export function encodeTimechainProofResponse(items: readonly TimechainProofItem[]): Uint8Array {
  const size = items.reduce((sum, item) => sum + itemBytes(item), RESPONSE_HEADER_BYTES)
  const writer = new ByteWriter(size).u16(items.length)
  for (const item of items) writeItem(writer, item)
  return writer.finish()
}

function itemBytes(item: TimechainProofItem): number {
  return ITEM_HEADER_BYTES + item.values.length
}

function writeItem(writer: ByteWriter, { window, d, start, values }: TimechainProofItem): void {
  writer
    .u64(window)
    .u64(d)
    .u16(values.length / VALUE_BYTES)
    .bytes(start, VALUE_BYTES)
    .bytes(values)
}

/**
 * Throws {@link CodecError} unless it answers `request`: 1…count items of consecutive windows from `fromWindow`, each with
 * 8 ≤ k ≤ min(d, maxSegments). Every length is checked before it is copied.
 */
export function decodeTimechainProofResponse(bytes: Uint8Array, request: TimechainProofRequest): TimechainProofItem[] {
  if (bytes.length > MAX_TIMECHAIN_PROOF_BYTES) throw new CodecError('BadLength', { length: bytes.length })
  const reader = new ByteReader(bytes)
  const count = reader.u16()
  if (count < 1 || count > request.count) throw new CodecError('BadValue', { count })
  const items = Array.from({ length: count }, (_, i) => readItem(reader, request.fromWindow + i, request.maxSegments))
  reader.end()
  return items
}

function readItem(reader: ByteReader, expected: number, maxSegments: number): TimechainProofItem {
  const [window, d, k] = [reader.u64AsNumber(), reader.u64AsNumber(), reader.u16()]
  const isShaped = d >= 1 && d <= MAX_D && k >= MIN_SEGMENTS && k <= Math.min(d, maxSegments)
  if (window !== expected || !isShaped) throw new CodecError('BadValue', { window, expected, d, k })
  return {
    window,
    d,
    start: reader.bytes(VALUE_BYTES).slice(),
    values: reader.bytes(k * VALUE_BYTES).slice(),
  }
}
