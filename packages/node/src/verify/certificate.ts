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

export interface CertificateVerdict {
  /** Why it does not prove its window (spec protocol 11.1), or `undefined`. */
  readonly fault: string | undefined
  /** Of its valid signers, where nothing else is wrong and the state before the window is known. */
  readonly weight: number | undefined
}

export async function judgeCertificate(
  bytes: Uint8Array,
  expected: CertifiedWindow,
  chain: ChainState,
  authenticator: Authenticator,
): Promise<CertificateVerdict> {
  const certificate = tryDecode(bytes)
  if (!certificate) return refused('its bytes are malformed')
  const { signers: votes, round } = certificate
  if (certificate.window !== expected.window) return refused(`it is of window ${certificate.window}`)
  if (!bytesEqual(certificate.proposalHash, expected.proposalHash)) return refused('it certifies another proposal')
  if (!bytesEqual(certificate.contextHash, expected.contextHash)) return refused('it certifies another context')
  if ((round === ATTESTATION_ROUND) !== (expected.cementing === 'evidence')) return refused(`it is of round ${round}`)
  const verdicts = await Promise.all(
    votesOfCertificate(certificate).map((vote) => authenticator.isAuthenticVote(chain, vote)),
  )
  const bad = verdicts.indexOf(false)
  if (bad >= 0) return refused(`signature ${bad + 1} of ${votes.length} is not valid`)
  const { weights } = expected
  if (!weights) return { fault: undefined, weight: undefined }
  const weight = votes.reduce((sum, { nodeId }) => sum + weights.of(nodeId), 0)
  const isShort = weight < weights.quorum
  return { fault: isShort ? `its weight ${weight} is below the quorum ${weights.quorum}` : undefined, weight }
}

function refused(fault: string): CertificateVerdict {
  return { fault, weight: undefined }
}

function tryDecode(bytes: Uint8Array): CementCertificate | undefined {
  try {
    return decodeCertificate(bytes)
  } catch (error) {
    if (error instanceof CodecError) return undefined
    throw error
  }
}
