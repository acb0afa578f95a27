import { ByteReader, ByteWriter, CodecError } from '@montana/codec'
import { VALUE_BYTES } from '../constants.js'
import { isValidD } from '../difficulty.js'

/**
 * What one uninterrupted run of the clock added to a candidate's chain: the steps of `window` from `offset` on, cut into
 * `segments`, of which the first values are there. All of them are, unless the run was aborted.
 */
export interface Stretch {
  readonly window: number
  /** D(window). */
  readonly d: number
  /** Steps of the window that were done before. */
  readonly offset: number
  /** 1 … min(65 535, d − offset). */
  readonly segments: number
  /** n·32 bytes, 1 ≤ n ≤ segments: value i stands after floor((d − offset)·i/segments) steps of this stretch. */
  readonly values: Uint8Array
}

const HEADER_BYTES = 28

/** For the store: `window u64 ‖ d u64 ‖ offset u64 ‖ segments u16 ‖ n u16 ‖ n×32`. */
export function encodeStretch({ window, d, offset, segments, values }: Stretch): Uint8Array {
  return new ByteWriter(HEADER_BYTES + values.length)
    .u64(window)
    .u64(d)
    .u64(offset)
    .u16(segments)
    .u16(values.length / VALUE_BYTES)
    .bytes(values)
    .finish()
}

/** Throws {@link CodecError}; whether it continues a chain is for the chain to say. */
export function decodeStretch(bytes: Uint8Array): Stretch {
  const reader = new ByteReader(bytes)
  const [window, d, offset] = [reader.u64AsNumber(), reader.u64AsNumber(), reader.u64AsNumber()]
  const [segments, count] = [reader.u16(), reader.u16()]
  const values = reader.bytes(count * VALUE_BYTES).slice()
  reader.end()
  const stretch = { window, d, offset, segments, values }
  if (!isStretch(stretch)) throw new CodecError('BadValue', { window, d, offset, segments, count })
  return stretch
}

export function isStretch({ d, offset, segments, values }: Stretch): boolean {
  const count = values.length / VALUE_BYTES
  const isPlace = isValidD(d) && Number.isInteger(offset) && offset >= 0 && offset < d
  const isCut = Number.isInteger(segments) && segments >= 1 && segments <= d - offset
  return isPlace && isCut && Number.isInteger(count) && count >= 1 && count <= segments
}

/** Steps of the stretch after which value `count` stands; exact, since d·65535 stays below 2^48. */
export function stepsAfter({ d, offset, segments }: Stretch, count: number): number {
  return Math.floor(((d - offset) * count) / segments)
}
