import { ByteReader, ByteWriter, CodecError } from '@montana/codec'
import { concatBytes } from '@montana/foundation'
import { boundaries } from '../boundaries.js'
import { MAX_TIMECHAIN_SEGMENTS, MIN_PROOF_SEGMENTS, VALUE_BYTES } from '../constants.js'
import { isValidD } from '../difficulty.js'
import { segmentCount, valueAt } from './values.js'

/** Checkpoints of one window: spec protocol 13.1. Unsigned; it holds or it does not. */
export interface TimechainProof {
  readonly window: number
  readonly d: number
  /** x_1 … x_{k−1}, (k−1)·32 bytes. */
  readonly values: Uint8Array
}

/** The form of transport.md 14.3, which carries both ends of the window. */
export interface ProofItem {
  readonly window: number
  readonly d: number
  /** T_r(window − 1), 32 bytes. */
  readonly start: Uint8Array
  /** x_1 … x_k, k·32 bytes; the last is T_r(window). */
  readonly values: Uint8Array
}

const HEADER_BYTES = 18

/** `window u64 ‖ d u64 ‖ k u16 ‖ (k−1)×32`. Throws {@link CodecError} for a proof that no decoder would take. */
export function encodeTimechainProof(proof: TimechainProof): Uint8Array {
  const { window, d, values } = proof
  const k = segmentCount(values)
  checkShape(d, k)
  return new ByteWriter(HEADER_BYTES + values.length).u64(window).u64(d).u16(k).bytes(values).finish()
}

/** Throws {@link CodecError}: d outside its band, k outside 8 … min(d, 256), or another length than k says. */
export function decodeTimechainProof(bytes: Uint8Array): TimechainProof {
  const reader = new ByteReader(bytes)
  const [window, d, k] = [reader.u64AsNumber(), reader.u64AsNumber(), reader.u16()]
  checkShape(d, k)
  const values = reader.bytes((k - 1) * VALUE_BYTES).slice()
  reader.end()
  return { window, d, values }
}

function checkShape(d: number, k: number): void {
  const isInBand = Number.isInteger(k) && k >= MIN_PROOF_SEGMENTS && k <= Math.min(d, MAX_TIMECHAIN_SEGMENTS)
  if (!isValidD(d) || !isInBand) throw new CodecError('BadValue', { d, k })
}

/** `start` and `end` are T_r(window − 1) and T_r(window). */
export function itemOfProof({ window, d, values }: TimechainProof, start: Uint8Array, end: Uint8Array): ProofItem {
  return { window, d, start, values: concatBytes(values, end) }
}

/** The proof and the two ends that an item claims; compare these with what the node holds before using the rest. */
export function proofOfItem(item: ProofItem): { proof: TimechainProof; start: Uint8Array; end: Uint8Array } {
  const { window, d, start, values } = item
  const last = values.length - VALUE_BYTES
  return { proof: { window, d, values: values.subarray(0, last) }, start, end: values.subarray(last) }
}

/**
 * The finest proof of at most `maxSegments` that can be cut from this one: the largest k′ whose boundaries are all among
 * the kept ones. A divisor of k always fits, because floor(d·i/k′) = floor(d·(i·k/k′)/k); other numbers rarely do.
 * `undefined` where none of 8 … maxSegments fits: answer Error 2 (too large).
 */
export function thinProof(proof: TimechainProof, maxSegments: number): TimechainProof | undefined {
  const { d, values } = proof
  const kept = boundaries(d, segmentCount(values))
  const places = new Map(kept.map((steps, i) => [steps, i]))
  for (let k = Math.min(maxSegments, kept.length - 1); k >= MIN_PROOF_SEGMENTS; k--) {
    const found = boundaries(d, k)
      .slice(1, -1)
      .map((steps) => places.get(steps))
    if (found.every((i) => i !== undefined))
      return { ...proof, values: concatBytes(...found.map((i) => valueAt(values, i - 1))) }
  }
  return undefined
}
