import type { AuthenticatedEnvelope } from '../acceptance.js'
import type { UnsignedDraft } from '../draft.js'
import type { Confirmation } from '../objects/confirmation.js'
import type { Header } from '../objects/header.js'
import type { Reveal } from '../objects/reveal.js'
import type { CementVote } from '../objects/vote.js'

/** Names a connected peer; the engine never looks inside. */
export type PeerName = string

/** What a node signs. A notice is never journaled: it commits to nothing. */
export type SignKind = 'reveal' | 'confirmation' | 'header' | 'notice' | 'vote'

/**
 * Everything that can happen to the engine. Messages arrive authenticated: the crypto stage has verified the signature
 * under the member's key. `nowMs` is monotonic.
 */
export type EngineEvent = { readonly nowMs: number } & (
  | { readonly type: 'start' }
  | { readonly type: 'wake' }
  | { readonly type: 'tick'; readonly window: number; readonly value: Uint8Array }
  | { readonly type: 'peer'; readonly peer: PeerName }
  | { readonly type: 'reveal'; readonly from: PeerName; readonly reveal: Reveal }
  | { readonly type: 'confirmation'; readonly from: PeerName; readonly confirmation: Confirmation }
  | { readonly type: 'envelope'; readonly from: PeerName; readonly candidate: AuthenticatedEnvelope }
  | { readonly type: 'notice'; readonly from: PeerName; readonly header: Header }
  | { readonly type: 'vote'; readonly from: PeerName; readonly vote: CementVote }
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
