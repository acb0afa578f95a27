import { ByteReader, ByteWriter } from '@montana/codec'

const HASH_BYTES = 32

/** 0x94: the nodereg_hash, 32 bytes. The answer is the CandidateProof itself. Spec protocol 13.4, 14.1. */
export function encodeCandidateProofRequest(noderegHash: Uint8Array): Uint8Array {
  return new ByteWriter(HASH_BYTES).bytes(noderegHash, HASH_BYTES).finish()
}

export function decodeCandidateProofRequest(bytes: Uint8Array): Uint8Array {
  const reader = new ByteReader(bytes)
  const noderegHash = reader.bytes(HASH_BYTES).slice()
  reader.end()
  return noderegHash
}
