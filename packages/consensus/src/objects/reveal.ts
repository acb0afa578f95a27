import { ByteReader, ByteWriter, hashWithDomain } from '@montana/codec'
import { HASH_BYTES, SIGNATURE_BYTES } from '../constants.js'

const SCOPE_BYTES = 72
export const REVEAL_BYTES = SCOPE_BYTES + SIGNATURE_BYTES

/** A lottery ticket of one node for one window: spec protocol 6.1. */
export interface Reveal {
  readonly nodeId: Uint8Array
  readonly window: number
  readonly endpoint: Uint8Array
  readonly signature: Uint8Array
  /** The 72 signed bytes. */
  readonly scope: Uint8Array
  /** All 3381 bytes. */
  readonly bytes: Uint8Array
}

export function revealScope(fields: { nodeId: Uint8Array; window: number | bigint; endpoint: Uint8Array }): Uint8Array {
  const writer = new ByteWriter(SCOPE_BYTES)
  return writer.bytes(fields.nodeId, HASH_BYTES).u64(fields.window).bytes(fields.endpoint, HASH_BYTES).finish()
}

/** Throws {@link CodecError} for anything but exactly one reveal. */
export function decodeReveal(bytes: Uint8Array): Reveal {
  const reader = new ByteReader(bytes)
  const nodeId = reader.bytes(HASH_BYTES)
  const window = reader.u64AsNumber()
  const endpoint = reader.bytes(HASH_BYTES)
  const signature = reader.bytes(SIGNATURE_BYTES)
  reader.end()
  return { nodeId, window, endpoint, signature, scope: bytes.subarray(0, SCOPE_BYTES), bytes }
}

/** Identifies a reveal by content; the signature does not enter (spec protocol 1.3 R2). */
export function revealHash(scope: Uint8Array): Uint8Array {
  return hashWithDomain('mt-ssha-reveal', scope)
}
