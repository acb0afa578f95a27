import { ByteReader, CodecError } from '@montana/codec'
import { type CementVote, type ChainState, cementValue, voteScope, type WindowWeights } from '@montana/consensus'
import { bytesEqual, compareBytes, concatBytes } from '@montana/foundation'
import type { Authenticator } from '../runtime/authenticator.js'

const HASH_BYTES = 32
const SIGNATURE_BYTES = 3309
const PRECOMMIT = 2
/** The only round of an `evidence` network: spec protocol 11.3. */
const ATTESTATION_ROUND = 0

/** A quorum of precommits for one value: spec protocol 11.1. */
interface CementCertificate {
  readonly window: number
  readonly proposalHash: Uint8Array
  readonly contextHash: Uint8Array
  readonly round: number
  readonly votes: readonly { readonly nodeId: Uint8Array; readonly signature: Uint8Array }[]
}

/** Throws CodecError for anything but exactly one certificate. */
function decodeCertificate(bytes: Uint8Array): CementCertificate {
  const reader = new ByteReader(bytes)
  const window = reader.u64AsNumber()
  const proposalHash = reader.bytes(HASH_BYTES)
  const contextHash = reader.bytes(HASH_BYTES)
  const round = reader.u16()
  const votes = Array.from({ length: reader.u16() }, () => {
    return { nodeId: reader.bytes(HASH_BYTES), signature: reader.bytes(SIGNATURE_BYTES) }
  })
  reader.end()
  return { window, proposalHash, contextHash, round, votes }
}

/** What a certificate must speak about. */
export interface CertifiedWindow {
  readonly window: number
  readonly proposalHash: Uint8Array
  readonly contextHash: Uint8Array
  /** Weights of S_{window−1}; absent where the replay did not get there, and then the quorum is not judged. */
  readonly weights: WindowWeights | undefined
}

/** Why a certificate does not prove its window (spec protocol 11.1), or `undefined`. */
export async function certificateFault(
  bytes: Uint8Array,
  expected: CertifiedWindow,
  chain: ChainState,
  authenticator: Authenticator,
): Promise<string | undefined> {
  const certificate = tryDecode(bytes)
  if (!certificate) return 'its bytes are malformed'
  const { votes, round } = certificate
  if (certificate.window !== expected.window) return `it is of window ${certificate.window}`
  if (!bytesEqual(certificate.proposalHash, expected.proposalHash)) return 'it certifies another proposal'
  if (!bytesEqual(certificate.contextHash, expected.contextHash)) return 'it certifies another context'
  if (round !== ATTESTATION_ROUND) return `it is of round ${round}`
  if (!isAscending(votes.map(({ nodeId }) => nodeId))) return 'its signers are not in ascending order'
  const verdicts = await Promise.all(votesOf(certificate).map((vote) => authenticator.isAuthenticVote(chain, vote)))
  const bad = verdicts.indexOf(false)
  if (bad >= 0) return `signature ${bad + 1} of ${votes.length} is not valid`
  const { weights } = expected
  const weight = votes.reduce((sum, { nodeId }) => sum + (weights?.of(nodeId) ?? 0), 0)
  if (weights && weight < weights.quorum) return `its weight ${weight} is below the quorum ${weights.quorum}`
  return undefined
}

function tryDecode(bytes: Uint8Array): CementCertificate | undefined {
  try {
    return decodeCertificate(bytes)
  } catch (error) {
    if (error instanceof CodecError) return undefined
    throw error
  }
}

/** The votes that a certificate stands for. */
function votesOf({ window, proposalHash, contextHash, round, votes }: CementCertificate): CementVote[] {
  const value = cementValue(proposalHash, contextHash)
  return votes.map(({ nodeId, signature }) => {
    const fields = { nodeId, window, round, phase: PRECOMMIT, value }
    const scope = voteScope(fields)
    return { ...fields, signature, scope, bytes: concatBytes(scope, signature) }
  })
}

function isAscending(nodeIds: readonly Uint8Array[]): boolean {
  return nodeIds.every((nodeId, index) => {
    const before = nodeIds[index - 1]
    return before === undefined || compareBytes(before, nodeId) < 0
  })
}
