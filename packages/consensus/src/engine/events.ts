import type { NodeRegistration } from '@montana/ledger'
import type { AuthenticatedEnvelope } from '../acceptance.js'
import type { UnsignedDraft } from '../draft.js'
import type { CementCertificate } from '../objects/certificate.js'
import type { Confirmation } from '../objects/confirmation.js'
import type { Header } from '../objects/header.js'
import type { Propose } from '../objects/propose.js'
import type { Reveal } from '../objects/reveal.js'
import type { CementVote } from '../objects/vote.js'

/** Names a connected peer; the engine never looks inside. */
export type PeerName = string

/** What a node signs. A notice is never journaled: it commits to nothing. */
export type SignKind = 'reveal' | 'confirmation' | 'header' | 'notice' | 'vote' | 'propose'

/** How much of a proof must hold: all of it before anything is signed, a sample before a value is adopted. */
export type ProofPolicy = { readonly kind: 'full' } | { readonly kind: 'sample'; readonly segments: number }

/** How an envelope came here: as it was made, or fetched because this node was behind. */
export type Origin = 'live' | 'range'

/** What became of a proof that the engine asked for: spec protocol 13.3. */
export type ProofVerdict = 'valid' | 'invalid' | 'unavailable'

/**
 * Everything that can happen to the engine. Messages arrive authenticated: the crypto stage has verified the signature
 * under the member's key. `nowMs` is monotonic.
 */
export type EngineEvent = { readonly nowMs: number } & (
  | { readonly type: 'start' }
  | { readonly type: 'wake' }
  | { readonly type: 'tick'; readonly window: number; readonly value: Uint8Array }
  | {
      readonly type: 'proven'
      readonly window: number
      readonly value: Uint8Array
      readonly policy: ProofPolicy
      readonly verdict: ProofVerdict
    }
  | { readonly type: 'peer'; readonly peer: PeerName }
  | { readonly type: 'reveal'; readonly from: PeerName; readonly reveal: Reveal }
  | { readonly type: 'confirmation'; readonly from: PeerName; readonly confirmation: Confirmation }
  | {
      readonly type: 'envelope'
      readonly from: PeerName
      readonly candidate: AuthenticatedEnvelope
      /** Default: live. */
      readonly origin?: Origin
    }
  | { readonly type: 'draft'; readonly from: PeerName; readonly candidate: AuthenticatedEnvelope }
  | { readonly type: 'propose'; readonly from: PeerName; readonly propose: Propose }
  /** Every signature in it is that of a member. */
  | { readonly type: 'certificate'; readonly from: PeerName; readonly certificate: CementCertificate }
  | { readonly type: 'notice'; readonly from: PeerName; readonly header: Header }
  | { readonly type: 'vote'; readonly from: PeerName; readonly vote: CementVote }
  /** Signed by the node key that it registers. */
  | { readonly type: 'registration'; readonly from: PeerName; readonly registration: NodeRegistration }
  | { readonly type: 'candidateVerified'; readonly hash: Uint8Array; readonly verdict: ProofVerdict }
  /** A peer states its head; a claim that only the amnesia rule looks at. */
  | { readonly type: 'status'; readonly nodeId: Uint8Array; readonly window: number }
  /** Both headers are by one proposer and validly signed. */
  | { readonly type: 'disputed'; readonly window: number; readonly proposerNodeId: Uint8Array }
  | SignedEvent
)

/** The answer to a `sign` effect. */
export interface SignedEvent {
  readonly type: 'signed'
  readonly kind: SignKind
  readonly window: number
  readonly scope: Uint8Array
  readonly signature: Uint8Array
  readonly draft?: UnsignedDraft
}
