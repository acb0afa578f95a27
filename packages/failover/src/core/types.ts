import type { Epoch } from '../epoch.js'

/**
 * What the decision core knows, is told, and wants. Everything here is a value: the agent, `simulate` and the property
 * tests run the same functions over it. All times are milliseconds on the monotonic clock of this host unless said
 * otherwise; null is "never". Spec three-mirror 4.
 */
export type Mode = 'LEASED' | 'CHAIN' | 'SURVIVOR' | 'ISOLATED'
export type Standing = 'majority' | 'minority' | 'none'
export type ClaimState = 'standby' | 'candidate' | 'acting' | 'stopping'

/** Why a host does not put itself forward. */
export type IneligibleReason =
  | 'starting'
  | 'amnesia'
  | 'not-ready'
  | 'back-off'
  | 'lag'
  | 'isolated'
  | 'stepped-down'
  | 'stalled'
  | 'stopping'

/** What a host says about itself for one policy, in heartbeats and posts alike. */
export interface Claim {
  readonly state: ClaimState
  /** Of the own tenure; of a standby that of the living leader it follows, null while it knows none. */
  readonly epoch: Epoch | null
  readonly mode: Mode
  readonly isEligible: boolean
  readonly reason: IneligibleReason | null
  readonly lagMs: number
  /** Grows with every candidacy of this boot; 0 before the first. */
  readonly candidacy: number
  /** Has given its tenure to this host, by a grant that has not expired. */
  readonly grantedTo: string | null
}

/** Request and answer of the node channel alike. */
export interface Heartbeat {
  readonly group: string
  readonly host: string
  /** Random, one per start of the agent. */
  readonly bootId: string
  readonly sequence: number
  readonly configDigest: string
  readonly policies: Readonly<Record<string, Claim>>
  /** Best known age of every other host, milliseconds. */
  readonly seen: Readonly<Record<string, number>>
  /** Highest epoch that this host knows, per policy. */
  readonly highest: Readonly<Record<string, Epoch>>
  /** Candidacies of the receiver that the sender has taken note of, per policy. */
  readonly noted: Readonly<Record<string, number>>
  readonly breath: { readonly head: string; readonly lagMs: number } | null
  readonly pause: Pause | null
}

/** A signed dead-drop at a witness. */
export interface PostBody {
  readonly version: 1
  readonly group: string
  readonly host: string
  readonly bootId: string
  readonly sequence: number
  readonly policies: Readonly<Record<string, Claim>>
  readonly visible: readonly string[]
}

export interface Pause {
  readonly reason: string
  readonly by: string
  /** Remaining time, so that no wall clock decides. */
  readonly remainingMs: number
}

/** One-shot right to follow a leader that has already stopped. */
export interface Grant {
  readonly policy: string
  readonly from: string
  readonly target: string
  readonly counter: number
  readonly validMs: number
}

/** Messages of the planned handover, over the node channel. Spec 10.4. */
export type HandoverMessage =
  | { readonly type: 'handover'; readonly policy: string; readonly epoch: Epoch; readonly reason: string }
  | { readonly type: 'accept'; readonly policy: string; readonly epoch: Epoch }
  | { readonly type: 'refuse'; readonly policy: string; readonly epoch: Epoch; readonly reason: string }
  | { readonly type: 'grant'; readonly grant: Grant }
  | { readonly type: 'done'; readonly policy: string; readonly epoch: Epoch }

/** What reached this host. `atMs` is when it was taken in, `sentAtMs` when the request that brought it was sent. */
export type Observation =
  | {
      readonly kind: 'answered'
      readonly host: string
      readonly sentAtMs: number
      readonly atMs: number
      readonly heartbeat: Heartbeat
    }
  | { readonly kind: 'missed'; readonly host: string; readonly sentAtMs: number; readonly atMs: number }
  /** The other side's own heartbeat, a sign of life too, but no proof that this host is heard. */
  | { readonly kind: 'heard'; readonly host: string; readonly atMs: number; readonly heartbeat: Heartbeat }
  /**
   * `host` asked this one to probe another, or had its question forwarded to this one: a sign of life of the asker, to be
   * taken in before the probe is sent, so that whoever is probed learns that the asker lives.
   */
  | { readonly kind: 'asked'; readonly host: string; readonly atMs: number }
  /**
   * A live peer was asked to probe `host` now. With `heartbeat` it got an answer, directly or by one forwarded question,
   * and `ageMs` is that answer's age; without, `ageMs` is the best age it knows, null: none.
   */
  | {
      readonly kind: 'relayed'
      readonly by: string
      readonly host: string
      readonly sentAtMs: number
      readonly atMs: number
      readonly ageMs: number | null
      readonly heartbeat: Heartbeat | null
    }
  | {
      readonly kind: 'witness-read'
      readonly witness: string
      readonly sentAtMs: number
      readonly atMs: number
      readonly upMs: number | null
      readonly posts: readonly ReadPost[]
    }
  | {
      readonly kind: 'witness-posted'
      readonly witness: string
      readonly sentAtMs: number
      readonly atMs: number
      readonly sequence: number
    }
  | { readonly kind: 'witness-failed'; readonly witness: string; readonly atMs: number }
  | { readonly kind: 'service'; readonly policy: string; readonly atMs: number; readonly health: ServiceHealth }
  | { readonly kind: 'runner'; readonly policy: string; readonly atMs: number; readonly event: RunnerEvent }
  | { readonly kind: 'epoch-persisted'; readonly policy: string; readonly epoch: Epoch }
  | { readonly kind: 'epoch-refused'; readonly policy: string; readonly atMs: number; readonly highest: Epoch }
  | { readonly kind: 'lease'; readonly policy: string; readonly atMs: number; readonly lease: LeaseObservation }
  | { readonly kind: 'message'; readonly from: string; readonly atMs: number; readonly message: HandoverMessage }
  | { readonly kind: 'command'; readonly atMs: number; readonly command: OperatorCommand }

/** A post as one witness shows it. `ageMs` by the witness's clock; null where the witness has none (git). */
export interface ReadPost {
  readonly host: string
  readonly ageMs: number | null
  readonly body: PostBody
}

export interface ServiceHealth {
  /** Of the running service; null while it does not run or is not yet judged. */
  readonly isHealthy: boolean | null
  /** Of the standby; true where no `ready` check is configured. */
  readonly isReady: boolean
  readonly lagMs: number
}

/** Ends of what the effects `promote`, `demote`, `prepare` and `quiesce` began. */
export type RunnerEvent =
  | { readonly kind: 'promoted'; readonly epoch: Epoch }
  | { readonly kind: 'promote-failed'; readonly epoch: Epoch; readonly reason: string }
  | { readonly kind: 'demoted' }
  | { readonly kind: 'demote-failed'; readonly reason: string }
  | { readonly kind: 'prepared' }
  | { readonly kind: 'quiesced' }

export type LeaseObservation =
  | { readonly kind: 'acquired'; readonly sentAtMs: number; readonly grantedTtlMs: number; readonly epoch: Epoch }
  | { readonly kind: 'renewed'; readonly sentAtMs: number; readonly grantedTtlMs: number }
  | { readonly kind: 'lost' }
  | { readonly kind: 'refused'; readonly code: string }
  | { readonly kind: 'holder'; readonly host: string | null; readonly epoch: Epoch | null; readonly sentAtMs: number }
  | { readonly kind: 'unreachable' }

export type OperatorCommand =
  | {
      readonly kind: 'promote'
      readonly policy: string
      readonly host: string
      readonly reason: string
      readonly isForced: boolean
    }
  | { readonly kind: 'step-down'; readonly forMs: number; readonly reason: string }
  | { readonly kind: 'pause'; readonly pause: Pause }
  | { readonly kind: 'resume' }
  /** The agent is told to end: a planned handover, then standby for good. */
  | { readonly kind: 'stop' }

/** What the agent has to do, in this order; `persist-epoch` is finished before anything after it begins. */
export type Effect =
  | { readonly kind: 'persist-epoch'; readonly policy: string; readonly epoch: Epoch }
  | {
      readonly kind: 'promote'
      readonly policy: string
      readonly epoch: Epoch
      readonly mode: Mode
      readonly standing: Standing
      readonly reason: string
    }
  /** Within `budgetMs` nothing of the service may run; without grace when the deadline is near. */
  | {
      readonly kind: 'demote'
      readonly policy: string
      readonly reason: string
      readonly budgetMs: number
      readonly isGraceful: boolean
    }
  | { readonly kind: 'fence-local'; readonly policy: string }
  | { readonly kind: 'prepare' | 'quiesce'; readonly policy: string }
  /** The counter of the new epoch is above that of `floor`, the highest that was seen. */
  | { readonly kind: 'acquire'; readonly policy: string; readonly floor: Epoch }
  | { readonly kind: 'renew' | 'release'; readonly policy: string }
  | { readonly kind: 'transfer'; readonly policy: string; readonly target: string }
  | { readonly kind: 'send'; readonly host: string; readonly message: HandoverMessage }
  /** Now instead of at the next interval: a heartbeat to every peer; at every witness a post and, once acknowledged, a read. */
  | { readonly kind: 'announce' }
  /** Now: probe these hosts, ask every live peer to do the same, and read the witnesses. */
  | { readonly kind: 'confirm'; readonly hosts: readonly string[] }
  | { readonly kind: 'record'; readonly transition: Transition }
  | { readonly kind: 'alert'; readonly code: string; readonly policy: string | null; readonly text: string }

/** A line of the history: who became what, why, and on what evidence. */
export interface Transition {
  readonly policy: string
  readonly from: ClaimState
  readonly to: ClaimState
  readonly epoch: Epoch | null
  readonly mode: Mode
  /** D1 to D11, or a word for what is not of those rules. */
  readonly rule: string
  readonly reason: string
  /** Age in ms of the last sign of life per host, null: never. */
  readonly heard: Readonly<Record<string, number | null>>
  /** Of each phase of this change: detect, confirm, promote, stop. */
  readonly phasesMs: Readonly<Record<string, number>>
}
