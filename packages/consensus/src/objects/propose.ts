import { ascii, ByteReader, ByteWriter } from '@montana/codec'
import { concatBytes } from '@montana/foundation'
import { HASH_BYTES, SIGNATURE_BYTES } from '../constants.js'

const SCOPE_BYTES = 76
export const PROPOSE_BYTES = SCOPE_BYTES + SIGNATURE_BYTES
const SIGNATURE_TAG = concatBytes(ascii('mt-ext-propose'), Uint8Array.of(0))

/** What the slot holder of one round puts to the vote: spec protocol 14.2. The message does not name its signer. */
export interface Propose {
  readonly window: number
  readonly round: number
  /** Round in which a quorum prevoted the value before; 0 = none. */
  readonly validRound: number
  readonly value: Uint8Array
  readonly proposalHash: Uint8Array
  readonly signature: Uint8Array
  /** The 76 bytes that are covered by the signature, after tag and genesis hash. */
  readonly scope: Uint8Array
  readonly bytes: Uint8Array
}

export function proposeScope(fields: Omit<Propose, 'signature' | 'scope' | 'bytes'>): Uint8Array {
  const writer = new ByteWriter(SCOPE_BYTES).u64(fields.window).u16(fields.round).u16(fields.validRound)
  return writer.bytes(fields.value, HASH_BYTES).bytes(fields.proposalHash, HASH_BYTES).finish()
}

/** What the slot holder's node key signs. */
export function proposeMessage(genesisHash: Uint8Array, scope: Uint8Array): Uint8Array {
  return concatBytes(SIGNATURE_TAG, genesisHash, scope)
}

/** Throws {@link CodecError} for anything but exactly one Propose. */
export function decodePropose(bytes: Uint8Array): Propose {
  const reader = new ByteReader(bytes)
  const window = reader.u64AsNumber()
  const round = reader.u16()
  const validRound = reader.u16()
  const value = reader.bytes(HASH_BYTES)
  const hash = reader.bytes(HASH_BYTES)
  const signature = reader.bytes(SIGNATURE_BYTES)
  reader.end()
  const scope = bytes.subarray(0, SCOPE_BYTES)
  return { window, round, validRound, value, proposalHash: hash, signature, scope, bytes }
}
