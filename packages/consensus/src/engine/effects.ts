import type { NodeRegistration, RegistrationFault, RegistrationOutcome, TableChange } from '@montana/ledger'
import type { UnsignedDraft } from '../draft.js'
import type { RejectionCode } from '../errors.js'
import type { PeerName, ProofPolicy, SignKind } from './events.js'

export type FindingCode =
  | 'EquivocatingProposer'
  | 'ConflictingConfirmation'
  | 'ForkDetected'
  | 'LocalClockFault'
  | 'TimechainDivergence'
  | 'DraftFailed'
  | 'EquivocatingVoter'
  | 'ProofInvalid'
  | 'StateDiverged'
  | 'RegistrationRefused'
  | 'JournalBehind'

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
  /** The quorum of precommits; rule `vote` only. */
  readonly certificate?: Uint8Array
  /** What became of the control objects of the window. */
  readonly registrations: readonly RegistrationOutcome[]
  /** node_ids admitted with this window. */
  readonly admitted: readonly Uint8Array[]
}

/** One entry of the signature journal: spec protocol 16.3. */
export interface JournalEntry {
  readonly window: number
  readonly kind: Exclude<SignKind, 'notice'> | 'lock'
  readonly round: number
  readonly phase: number
  readonly hash: Uint8Array
  readonly bytes: Uint8Array
}

export interface OutgoingMessage {
  /** `draft`, `propose` and `vote` travel on the extension protocol. */
  readonly kind: 'reveal' | 'confirmation' | 'proposal' | 'vote' | 'draft' | 'propose'
  readonly window: number
  readonly payload: Uint8Array
}

/** What this node lacks and peers may have. `from` is a peer that should have it. */
export type Wanted = { readonly from: PeerName | undefined; readonly window: number } & (
  | { readonly what: 'certificate' }
  | { readonly what: 'draft'; readonly hash: Uint8Array }
  | { readonly what: 'registration'; readonly hash: Uint8Array }
  /** Propose and votes of the window that is open. */
  | { readonly what: 'votes' }
)

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
  | {
      readonly type: 'rejected'
      readonly from: PeerName
      readonly window: number
      readonly code: RejectionCode | RegistrationFault
      /** What was refused, where it is worth keeping. */
      readonly bytes?: Uint8Array
    }
  | { readonly type: 'fetch'; readonly wanted: Wanted }
  /** Ask for a timechain proof of `value` and check it; a `proven` event answers, unless `isAudit` and all is well. */
  | {
      readonly type: 'prove'
      readonly window: number
      readonly previous: Uint8Array
      readonly d: number
      readonly value: Uint8Array
      readonly policy: ProofPolicy
      readonly from: PeerName | undefined
      /** The window is cemented already; the check is for the record. */
      readonly isAudit: boolean
    }
  /** Check the candidate's work; `candidateVerified` answers. */
  | { readonly type: 'verifyCandidate'; readonly hash: Uint8Array; readonly registration: NodeRegistration }
  /** The body of a control object that this node vouches for; kept until it is processed. */
  | { readonly type: 'keep'; readonly hash: Uint8Array; readonly bytes: Uint8Array }
  | { readonly type: 'drop'; readonly hash: Uint8Array }
  /** From which window on this node may sign again: spec protocol 16.3. */
  | { readonly type: 'signFrom'; readonly window: number }
  /** A message showed that the network is ahead of this node. */
  | { readonly type: 'behind'; readonly from: PeerName; readonly window: number }
  | { readonly type: 'finding'; readonly code: FindingCode; readonly window: number; readonly detail: string }
  /** Two signed statements that exclude each other; header evidence leaves `ours` to the store. */
  | {
      readonly type: 'evidence'
      readonly kind: 'header' | 'vote' | 'confirmation'
      readonly window: number
      readonly ours: Uint8Array | undefined
      readonly theirs: Uint8Array
    }
