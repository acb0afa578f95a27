import { ByteReader, ByteWriter, CodecError } from '@montana/codec'
import { compareBytes, concatBytes } from '@montana/foundation'
import { ENVELOPE_BUNDLES_MAX, HASH_BYTES, SIGNATURE_BYTES } from '../constants.js'
import { cementValue } from '../context.js'
import { type CementVote, PRECOMMIT, voteScope } from './vote.js'

const FIXED_BYTES = 76

/** A quorum of precommits for one value: spec protocol 11.1. Signers ascend by node_id. */
export interface CementCertificate {
  readonly window: number
  readonly proposalHash: Uint8Array
  readonly contextHash: Uint8Array
  readonly round: number
  readonly signers: readonly { readonly nodeId: Uint8Array; readonly signature: Uint8Array }[]
  readonly bytes: Uint8Array
}

/** 76 + 3341·n bytes; the votes may come in any order. */
export function encodeCertificate(init: {
  window: number
  proposalHash: Uint8Array
  contextHash: Uint8Array
  round: number
  votes: readonly Pick<CementVote, 'nodeId' | 'signature'>[]
}): Uint8Array {
  const votes = [...init.votes].sort((a, b) => compareBytes(a.nodeId, b.nodeId))
  const writer = new ByteWriter(FIXED_BYTES + votes.length * (HASH_BYTES + SIGNATURE_BYTES))
  writer.u64(init.window).bytes(init.proposalHash, HASH_BYTES).bytes(init.contextHash, HASH_BYTES)
  writer.u16(init.round).u16(votes.length)
  for (const vote of votes) writer.bytes(vote.nodeId, HASH_BYTES).bytes(vote.signature, SIGNATURE_BYTES)
  return writer.finish()
}

/** Throws {@link CodecError} for anything but exactly one certificate with strictly ascending signers. */
export function decodeCertificate(bytes: Uint8Array): CementCertificate {
  const reader = new ByteReader(bytes)
  const window = reader.u64AsNumber()
  const proposalHash = reader.bytes(HASH_BYTES)
  const contextHash = reader.bytes(HASH_BYTES)
  const round = reader.u16()
  const count = reader.u16()
  if (count > ENVELOPE_BUNDLES_MAX) throw new CodecError('BadValue', { count, max: ENVELOPE_BUNDLES_MAX })
  const signers = Array.from({ length: count }, () => {
    return { nodeId: reader.bytes(HASH_BYTES), signature: reader.bytes(SIGNATURE_BYTES) }
  })
  reader.end()
  const isAscending = signers.every(({ nodeId }, index) => {
    const before = signers[index - 1]
    return before === undefined || compareBytes(before.nodeId, nodeId) < 0
  })
  if (!isAscending) throw new CodecError('BadValue', { field: 'signers' })
  return { window, proposalHash, contextHash, round, signers, bytes }
}

/** value(W) that the certificate speaks about. */
export function certifiedValue({ proposalHash, contextHash }: CementCertificate): Uint8Array {
  return cementValue(proposalHash, contextHash)
}

/** The precommits that a certificate stands for; their signatures are those to verify. */
export function votesOfCertificate(certificate: CementCertificate): CementVote[] {
  const value = certifiedValue(certificate)
  const { window, round } = certificate
  return certificate.signers.map(({ nodeId, signature }) => {
    const fields = { nodeId, window, round, phase: PRECOMMIT, value }
    const scope = voteScope(fields)
    return { ...fields, signature, scope, bytes: concatBytes(scope, signature) }
  })
}
