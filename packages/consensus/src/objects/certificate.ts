import { ByteWriter } from '@montana/codec'
import { compareBytes } from '@montana/foundation'
import { HASH_BYTES, SIGNATURE_BYTES } from '../constants.js'
import type { CementVote } from './vote.js'

const FIXED_BYTES = 76

/** A quorum of precommits for one value, ascending node_ids: spec protocol 11.1. 76 + 3341·n bytes. */
export function encodeCertificate(init: {
  window: number
  proposalHash: Uint8Array
  contextHash: Uint8Array
  round: number
  votes: readonly CementVote[]
}): Uint8Array {
  const votes = [...init.votes].sort((a, b) => compareBytes(a.nodeId, b.nodeId))
  const writer = new ByteWriter(FIXED_BYTES + votes.length * (HASH_BYTES + SIGNATURE_BYTES))
  writer.u64(init.window).bytes(init.proposalHash, HASH_BYTES).bytes(init.contextHash, HASH_BYTES)
  writer.u16(init.round).u16(votes.length)
  for (const vote of votes) writer.bytes(vote.nodeId, HASH_BYTES).bytes(vote.signature, SIGNATURE_BYTES)
  return writer.finish()
}
