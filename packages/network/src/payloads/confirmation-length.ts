import { LIMITS } from '@montana/transport'

const COUNT_OFFSET = 72
const HASH_BYTES = 32
const MIN_BYTES = LIMITS.base.get(0x20)?.minBytes ?? 0

/**
 * Whether the two counts inside a 0x20 payload (at least 3385 bytes) add up to its length: spec transport 17. Layout
 * `node_id 32 ‖ endpoint 32 ‖ window u64 ‖ n u16 ‖ n×32 ‖ m u16 ‖ m×32 ‖ signature 3309`.
 */
export function confirmationLengthMatches(payload: Uint8Array): boolean {
  const view = new DataView(payload.buffer, payload.byteOffset, payload.byteLength)
  const n = view.getUint16(COUNT_OFFSET, true)
  const secondCount = COUNT_OFFSET + 2 + HASH_BYTES * n
  if (secondCount + 2 > payload.length) return false
  const m = view.getUint16(secondCount, true)
  return payload.length === MIN_BYTES + HASH_BYTES * (n + m)
}
