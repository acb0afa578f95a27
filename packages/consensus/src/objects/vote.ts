import { ascii, ByteReader, ByteWriter, CodecError } from '@montana/codec'
import { concatBytes } from '@montana/foundation'
import { HASH_BYTES, SIGNATURE_BYTES } from '../constants.js'

const SCOPE_BYTES = 75
export const VOTE_BYTES = SCOPE_BYTES + SIGNATURE_BYTES
const SIGNATURE_TAG = concatBytes(ascii('mt-ext-vote'), Uint8Array.of(0))

export const PREVOTE = 1
export const PRECOMMIT = 2
/** Attestations of an `evidence` network are precommits of round 0: spec protocol 11.3. */
export const ATTESTATION_ROUND = 0

/** One member's statement about the value that a window was, or should be, cemented with: spec protocol 11.1. */
export interface CementVote {
  readonly nodeId: Uint8Array
  readonly window: number
  readonly round: number
  readonly phase: number
  readonly value: Uint8Array
  readonly signature: Uint8Array
  readonly scope: Uint8Array
  readonly bytes: Uint8Array
}

export function voteScope(fields: Omit<CementVote, 'signature' | 'scope' | 'bytes'>): Uint8Array {
  const writer = new ByteWriter(SCOPE_BYTES).bytes(fields.nodeId, HASH_BYTES).u64(fields.window)
  return writer.u16(fields.round).u8(fields.phase).bytes(fields.value, HASH_BYTES).finish()
}

/** What the node key signs: tag, genesis hash and scope, so that no vote of another network verifies here. */
export function voteMessage(genesisHash: Uint8Array, scope: Uint8Array): Uint8Array {
  return concatBytes(SIGNATURE_TAG, genesisHash, scope)
}

/** Throws {@link CodecError} for anything but exactly one vote with a known phase. */
export function decodeVote(bytes: Uint8Array): CementVote {
  const reader = new ByteReader(bytes)
  const nodeId = reader.bytes(HASH_BYTES)
  const window = reader.u64AsNumber()
  const round = reader.u16()
  const phase = reader.u8()
  const value = reader.bytes(HASH_BYTES)
  const signature = reader.bytes(SIGNATURE_BYTES)
  reader.end()
  if (phase !== PREVOTE && phase !== PRECOMMIT) throw new CodecError('BadValue', { phase })
  return { nodeId, window, round, phase, value, signature, scope: bytes.subarray(0, SCOPE_BYTES), bytes }
}
