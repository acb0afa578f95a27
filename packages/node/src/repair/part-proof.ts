import { CodecError } from '@montana/codec'
import {
  type ChainState,
  controlRoot,
  decodeEnvelope,
  type Envelope,
  includedBundlesRoot,
  memberOf,
} from '@montana/consensus'
import { bytesEqual } from '@montana/foundation'
import type { CementingRule } from '@montana/ledger'
import type { TimechainProofItem } from '@montana/network'
import type { ReadStore, StoredWindow } from '@montana/store'
import { encodeTimechainProof, type ProofVerifier, proofOfItem, timechainClaim } from '@montana/timechain'
import type { Authenticator } from '../runtime/authenticator.js'
import { judgeCertificate } from '../verify/certificate.js'
import { FaultList } from '../verify/fault-list.js'
import { checkLink, hashesOf } from '../verify/link-check.js'

export interface PartProofModules {
  readonly store: ReadStore
  readonly authenticator: Authenticator
  readonly verifier: ProofVerifier
  readonly cementing: CementingRule
  /** Members never leave the table: the keys of the head hold for every window below it. */
  chain(): ChainState
}

/**
 * Whether `bytes` are the envelope that was stored for `window`: its header has the stored hash, its lists are those of
 * the header, every signature is valid.
 */
export async function isEnvelopeOf(window: number, bytes: Uint8Array, modules: PartProofModules): Promise<boolean> {
  const { store, authenticator, chain } = modules
  const [envelope, row] = [decoded(bytes), store.windowAt(window)]
  if (!envelope || !row || !bytesEqual(hashesOf(envelope).proposalHash, row.proposalHash)) return false
  const { header, confirmers, evidence, control } = envelope
  if (!bytesEqual(includedBundlesRoot(confirmers), header.includedBundlesRoot)) return false
  if (!bytesEqual(controlRoot(control), header.controlRoot)) return false
  if (![...confirmers, ...evidence].every(({ nodeId, window: of }) => memberOf(chain(), nodeId, of))) return false
  const before = store.windowAt(window - 1)
  const previous = { proposalHash: before?.proposalHash, timechainValue: before?.timechainValue }
  const faults = new FaultList()
  await checkLink(
    { window, envelope, previous: window === 1 ? NOTHING : previous, chain: chain() },
    authenticator,
    faults,
  )
  return faults.count === 0
}

/** Window 0 has no proposal. */
const NOTHING = { proposalHash: undefined, timechainValue: undefined }

export async function isCertificateOf(window: number, bytes: Uint8Array, modules: PartProofModules): Promise<boolean> {
  const { store, authenticator, chain, cementing } = modules
  const row: StoredWindow | undefined = store.windowAt(window)
  if (!row) return false
  const { proposalHash, contextHash } = row
  const expected = { window, proposalHash, contextHash, weights: undefined, cementing }
  return (await judgeCertificate(bytes, expected, chain(), authenticator)).fault === undefined
}

/** The stored form of a proof of the clock value of `window`; undefined where it proves another value, or nothing. */
export async function provenClock(
  window: number,
  item: TimechainProofItem,
  { store, verifier }: PartProofModules,
  signal: AbortSignal,
): Promise<Uint8Array | undefined> {
  const { proof, start, end } = proofOfItem(item)
  const [before, at] = store.history(window - 1, window)
  if (!before || !at || at.window !== window || proof.window !== window) return undefined
  if (!bytesEqual(start, before.timechainValue) || !bytesEqual(end, at.timechainValue)) return undefined
  const claim = timechainClaim(proof, start, end)
  const verdict = claim && (await verifier.verify(claim, { policy: { kind: 'full' }, signal }))
  return verdict?.isValid ? encodeTimechainProof(proof) : undefined
}

function decoded(bytes: Uint8Array): Envelope | undefined {
  try {
    return decodeEnvelope(bytes)
  } catch (error) {
    if (error instanceof CodecError) return undefined
    throw error
  }
}
