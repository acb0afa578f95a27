import { CodecError } from '@montana/codec'
import {
  type CementCertificate,
  type ChainState,
  decodeCertificate,
  votesOfCertificate,
  type WindowWeights,
} from '@montana/consensus'
import { bytesEqual } from '@montana/foundation'
import type { CementingRule } from '@montana/ledger'
import type { Authenticator } from '../runtime/authenticator.js'

/** The only round of an `evidence` network: spec protocol 11.3. */
const ATTESTATION_ROUND = 0

/** What a certificate must speak about. */
export interface CertifiedWindow {
  readonly window: number
  readonly proposalHash: Uint8Array
  readonly contextHash: Uint8Array
  /** Weights of S_{window−1}; absent where the replay did not get there, and then the quorum is not judged. */
  readonly weights: WindowWeights | undefined
  readonly cementing: CementingRule
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
  const { signers: votes, round } = certificate
  if (certificate.window !== expected.window) return `it is of window ${certificate.window}`
  if (!bytesEqual(certificate.proposalHash, expected.proposalHash)) return 'it certifies another proposal'
  if (!bytesEqual(certificate.contextHash, expected.contextHash)) return 'it certifies another context'
  if ((round === ATTESTATION_ROUND) !== (expected.cementing === 'evidence')) return `it is of round ${round}`
  const verdicts = await Promise.all(
    votesOfCertificate(certificate).map((vote) => authenticator.isAuthenticVote(chain, vote)),
  )
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
