import type { TableChange } from '@montana/ledger'
import type { UnsignedDraft } from '../draft.js'
import type { RejectionCode } from '../errors.js'
import type { PeerName, SignKind } from './events.js'

export type FindingCode =
  | 'EquivocatingProposer'
  | 'ConflictingConfirmation'
  | 'ForkDetected'
  | 'LocalClockFault'
  | 'TimechainDivergence'
  | 'DraftFailed'

/** One window as the store keeps it. Everything in it becomes durable in one transaction. */
export interface WindowCommit {
  readonly window: number
  readonly proposalHash: Uint8Array
  readonly stateRoot: Uint8Array
  readonly timechainValue: Uint8Array
  readonly contextHash: Uint8Array
  readonly cementValue: Uint8Array
  /** CBA(window − 1), first known now. */
  readonly aggregate: Uint8Array
  readonly envelope: Uint8Array
  readonly context: Uint8Array
  readonly changes: readonly TableChange[]
}

/** One entry of the signature journal: spec protocol 16.3. */
export interface JournalEntry {
  readonly window: number
  readonly kind: Exclude<SignKind, 'notice'>
  readonly round: number
  readonly phase: number
  readonly hash: Uint8Array
  readonly bytes: Uint8Array
}

export interface OutgoingMessage {
  /** Base message type; `vote` travels on the extension protocol. */
  readonly kind: 'reveal' | 'confirmation' | 'proposal' | 'vote'
  readonly window: number
  readonly payload: Uint8Array
}

/**
 * What the engine wants done. The edge executes effects strictly in order and stops at the first that fails, so that
 * nothing is announced which is not durable.
 */
export type Effect =
  | { readonly type: 'grind'; readonly window: number; readonly previous: Uint8Array; readonly d: number }
  | {
      readonly type: 'sign'
      readonly kind: SignKind
      readonly window: number
      readonly scope: Uint8Array
      /** The bytes that the key signs; the scope itself but for votes. */
      readonly message: Uint8Array
      readonly draft?: UnsignedDraft
    }
  | { readonly type: 'journal'; readonly entry: JournalEntry }
  | { readonly type: 'commit'; readonly commit: WindowCommit }
  | { readonly type: 'broadcast'; readonly message: OutgoingMessage }
  | { readonly type: 'send'; readonly to: PeerName; readonly message: OutgoingMessage }
  | { readonly type: 'certificate'; readonly window: number; readonly bytes: Uint8Array }
  | { readonly type: 'rejected'; readonly from: PeerName; readonly window: number; readonly code: RejectionCode }
  /** A message showed that the network is ahead of this node. */
  | { readonly type: 'behind'; readonly from: PeerName; readonly window: number }
  | { readonly type: 'finding'; readonly code: FindingCode; readonly window: number; readonly detail: string }
  /** Two signed statements that exclude each other; header evidence leaves `ours` to the store. */
  | {
      readonly type: 'evidence'
      readonly kind: 'header' | 'confirmation'
      readonly window: number
      readonly ours: Uint8Array | undefined
      readonly theirs: Uint8Array
    }
