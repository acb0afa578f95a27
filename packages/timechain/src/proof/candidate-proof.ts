import { ByteReader, ByteWriter, CodecError, hashWithDomain } from '@montana/codec'
import { MAX_CANDIDATE_SEGMENTS, MIN_PROOF_SEGMENTS, VALUE_BYTES } from '../constants.js'
import { segmentCount } from './values.js'

/** Checkpoints of a candidate's chain: spec protocol 13.4. The ends and the total S come from the registration. */
export interface CandidateProof {
  /** 32 bytes. */
  readonly noderegHash: Uint8Array
  /** x_1 … x_{k−1}, (k−1)·32 bytes. */
  readonly values: Uint8Array
}

const HEADER_BYTES = 36

/** `nodereg_hash 32 ‖ k u32 ‖ (k−1)×32`. Throws {@link CodecError} for a proof that no decoder would take. */
export function encodeCandidateProof({ noderegHash, values }: CandidateProof): Uint8Array {
  const k = segmentCount(values)
  checkCount(k)
  return new ByteWriter(HEADER_BYTES + values.length).bytes(noderegHash, VALUE_BYTES).u32(k).bytes(values).finish()
}

/** Throws {@link CodecError}: k outside 8 … 32 767 or another length than k says. Whether k ≤ S shows with the claim. */
export function decodeCandidateProof(bytes: Uint8Array): CandidateProof {
  const reader = new ByteReader(bytes)
  const noderegHash = reader.bytes(VALUE_BYTES).slice()
  const k = reader.u32()
  checkCount(k)
  const values = reader.bytes((k - 1) * VALUE_BYTES).slice()
  reader.end()
  return { noderegHash, values }
}

function checkCount(k: number): void {
  const isInBand = Number.isInteger(k) && k >= MIN_PROOF_SEGMENTS && k <= MAX_CANDIDATE_SEGMENTS
  if (!isInBand) throw new CodecError('BadValue', { k })
}

/** k for a chain of L windows where nobody asks for another: clamp(L, 8, 32 767). Spec protocol 13.4. */
export function defaultCandidateSegments(windows: number): number {
  return Math.min(Math.max(windows, MIN_PROOF_SEGMENTS), MAX_CANDIDATE_SEGMENTS)
}

/** H("mt-candidate-ssha-init", T_r(w_start) ‖ CBA(w_start − 2) ‖ node_id), each 32 bytes: spec protocol 12.4. */
export function candidateSeed(timechainValue: Uint8Array, aggregate: Uint8Array, nodeId: Uint8Array): Uint8Array {
  return hashWithDomain('mt-candidate-ssha-init', timechainValue, aggregate, nodeId)
}
