import { type Epoch, NO_EPOCH } from '../epoch.js'
import type { Clock, CoreSettings } from './api.js'
import { OPERATOR_MAX_CHARS, REASON_MAX_CHARS } from './constants.js'
import type { Claim, HandoverMessage, OperatorCommand, Pause, RunnerEvent, ServiceHealth } from './types.js'

/** Before everything that was ever heard. */
export const NEVER = Number.NEGATIVE_INFINITY

/** Everything one host knows and is about to do; replaced as a whole, never changed. Times as in types.ts. */
export interface CoreState {
  readonly lastTurn: Clock | null
  /** Start, or the end of the last stall: what was known before does not speak of now. */
  readonly freshSinceMs: number
  readonly startedAtMs: number
  /** Peers and witnesses that answered or timed out since `freshSinceMs`: the full round of D11. */
  readonly tried: ReadonlySet<string>
  readonly hosts: Readonly<Record<string, HostKnowledge>>
  readonly witnesses: Readonly<Record<string, WitnessKnowledge>>
  readonly highest: Readonly<Record<string, Epoch>>
  /** When each of them was learnt from others; what is missing was known at the start. */
  readonly highestMs: Readonly<Record<string, number>>
  /** While the own epoch file is missing: who has told what it knows. D10. */
  readonly amnesia: { readonly hosts: ReadonlySet<string>; readonly witnesses: ReadonlySet<string> } | null
  readonly pause: PauseUntil | null
  readonly isStopping: boolean
  /** Taken in, not yet acted upon. */
  readonly inbox: readonly Letter[]
  readonly policies: Readonly<Record<string, PolicyState>>
}

export type Letter =
  | { readonly kind: 'message'; readonly from: string; readonly message: HandoverMessage }
  | { readonly kind: 'command'; readonly command: OperatorCommand }

export interface PauseUntil {
  readonly reason: string
  readonly by: string
  readonly untilMs: number
}

/** What is known of one other host. */
export interface HostKnowledge {
  readonly bootId: string | null
  readonly pastBootIds: readonly string[]
  readonly sequence: number
  /** Sending of the last request that it answered itself. */
  readonly answeredSentMs: number
  /** Sending of the last question to a peer that it answered through that peer. */
  readonly relayedSentMs: number
  /** Sending of the last request from which it is proven to be reached, with its relayed age: for standing. */
  readonly reachedMs: number
  /** Last sign of life from itself or through peers, never too early: for D5 and suspicion. */
  readonly signMs: number
  /** The same, never too late: what is relayed, so that an age passed round in circles still grows. */
  readonly relaySignMs: number
  /** Last sign of life by a post at a fast witness. */
  readonly postSignMs: number
  /** Consecutive probes without an answer. */
  readonly misses: number
  readonly suspectSinceMs: number | null
  /** When the last of the m misses was counted. */
  readonly lostAtMs: number | null
  readonly askedAboutMs: number
  readonly claims: Readonly<Record<string, Claim>>
  readonly claimsMs: number
  /** Highest epochs it knew when it made those claims. */
  readonly knew: Readonly<Record<string, Epoch>>
  /** Candidacies of this host that it has taken note of. */
  readonly noted: Readonly<Record<string, number>>
  readonly pause: PauseUntil | null
}

export interface WitnessKnowledge {
  /** Acknowledged posts, newest last; a few are enough to order a read after them. */
  readonly posted: readonly { readonly sentMs: number; readonly atMs: number }[]
  readonly read: WitnessReadKnowledge | null
  /** When it last told anything, counted or not. */
  readonly answeredSentMs: number
  readonly posts: Readonly<Record<string, SeenPost>>
}

export interface WitnessReadKnowledge {
  readonly sentMs: number
  readonly atMs: number
  /** Sending of the newest own post that was acknowledged before this read was sent: S2. */
  readonly afterPostSentMs: number
  /** It has been up for longer than its staleness: S5. */
  readonly isCounted: boolean
}

/** A post of another host and when this host saw it change: S6. */
export interface SeenPost {
  readonly bootId: string
  readonly sequence: number
  readonly changedMs: number
  /** Sending of the read before the one that showed the change; NEVER for the first. */
  readonly previousReadSentMs: number
}

export type Tenure =
  | { readonly phase: 'none' }
  | {
      readonly phase: 'acting'
      readonly epoch: Epoch
      readonly sinceMs: number
      readonly promotedMs: number | null
      /** Who handed over, to be told when it is done. */
      readonly grantedBy: string | null
    }
  | {
      readonly phase: 'stopping'
      readonly epoch: Epoch
      readonly sinceMs: number
      readonly isGraceful: boolean
      /** When it was last forced, after its budget. */
      readonly forcedMs: number | null
    }

export interface PolicyState {
  readonly tenure: Tenure
  /** The runner has stopped whatever an earlier life left. */
  readonly isClean: boolean
  readonly candidateSinceMs: number | null
  readonly candidacies: number
  readonly retryAtMs: number
  readonly backOff: { readonly untilMs: number; readonly failures: number }
  readonly steppedDownUntilMs: number
  readonly health: ServiceHealth | null
  readonly events: readonly RunnerEvent[]
  /** The sink or a LEASED leader knows a higher epoch than that of the tenure. */
  readonly isRefused: boolean
  /** Tenures that a sink ended; whoever acts elsewhere with a higher epoch is not to be overtaken for ever. */
  readonly refusalsMs: readonly number[]
  readonly handover: Handover | null
  readonly handoverRetryMs: number
  readonly offer: Offer | null
  readonly grant: GivenGrant | null
  readonly rivals: Readonly<Record<string, RivalHistory>>
  readonly lease: LeaseState
  /** Epoch of another leader that was already reported. */
  readonly metEpoch: Epoch | null
  /** What the last turn decided to tell everybody. */
  readonly claim: Claim
}

/** The old leader's side of a planned handover. */
export interface Handover {
  readonly target: string
  readonly reason: string
  /** The tenure ends even if nobody takes it over: step-down, stop. */
  readonly isFinal: boolean
  readonly phase: 'asked' | 'quiescing' | 'stopping'
  readonly sinceMs: number
  readonly sentMs: number
}

/** The target's side: asked, preparing, accepted. One grant of that leader is good after the acceptance, once. */
export interface Offer {
  readonly from: string
  readonly epoch: Epoch
  readonly sinceMs: number
  readonly acceptedMs: number | null
}

export interface GivenGrant {
  readonly target: string
  readonly counter: number
  readonly untilMs: number
  readonly sentMs: number
}

/** For hold-down (D8) and for passing over (D7). */
export interface RivalHistory {
  readonly eligibleSinceMs: number | null
  readonly idleSinceMs: number | null
  readonly skippedUntilMs: number
  readonly flapsMs: readonly number[]
}

export interface LeaseState {
  /** Sending of the last acknowledged acquisition or renewal; null without a lease. */
  readonly sentMs: number | null
  readonly ttlMs: number
  readonly epoch: Epoch | null
  readonly holder: { readonly host: string | null; readonly epoch: Epoch | null; readonly sentMs: number } | null
  /** Sending of the last request of any kind that the cluster answered. */
  readonly contactMs: number
  readonly renewedMs: number
  readonly acquireSentMs: number
  readonly freeSinceMs: number | null
  readonly refused: { readonly code: string; readonly untilMs: number } | null
}

const UNHEARD: HostKnowledge = {
  bootId: null,
  pastBootIds: [],
  sequence: -1,
  answeredSentMs: NEVER,
  relayedSentMs: NEVER,
  reachedMs: NEVER,
  signMs: NEVER,
  relaySignMs: NEVER,
  postSignMs: NEVER,
  misses: 0,
  suspectSinceMs: null,
  lostAtMs: null,
  askedAboutMs: NEVER,
  claims: {},
  claimsMs: NEVER,
  knew: {},
  noted: {},
  pause: null,
}

const UNASKED: WitnessKnowledge = { posted: [], read: null, answeredSentMs: NEVER, posts: {} }

export const NO_LEASE: LeaseState = {
  sentMs: null,
  ttlMs: 0,
  epoch: null,
  holder: null,
  contactMs: NEVER,
  renewedMs: NEVER,
  acquireSentMs: NEVER,
  freeSinceMs: null,
  refused: null,
}

const IDLE: PolicyState = {
  tenure: { phase: 'none' },
  isClean: false,
  candidateSinceMs: null,
  candidacies: 0,
  retryAtMs: NEVER,
  backOff: { untilMs: NEVER, failures: 0 },
  steppedDownUntilMs: NEVER,
  health: null,
  events: [],
  isRefused: false,
  refusalsMs: [],
  handover: null,
  offer: null,
  grant: null,
  rivals: {},
  lease: NO_LEASE,
  metEpoch: null,
  handoverRetryMs: NEVER,
  claim: {
    state: 'standby',
    epoch: null,
    mode: 'ISOLATED',
    isEligible: false,
    reason: 'starting',
    lagMs: 0,
    candidacy: 0,
    grantedTo: null,
  },
}

export function initialState(settings: CoreSettings, clock: Clock): CoreState {
  const others = settings.hosts.filter((host) => host !== settings.self)
  const policies = Object.values(settings.policies)
  return {
    lastTurn: null,
    freshSinceMs: clock.nowMs,
    startedAtMs: clock.nowMs,
    tried: new Set(),
    hosts: Object.fromEntries(others.map((host) => [host, UNHEARD])),
    witnesses: Object.fromEntries(settings.witnesses.map(({ name }) => [name, UNASKED])),
    highest: Object.fromEntries(policies.map((policy) => [policy.name, policy.durableEpoch ?? NO_EPOCH])),
    highestMs: {},
    amnesia: settings.hasAmnesia ? { hosts: new Set(), witnesses: new Set() } : null,
    pause: null,
    isStopping: false,
    inbox: [],
    policies: Object.fromEntries(policies.map((policy) => [policy.name, IDLE])),
  }
}

/** Cut to what a heartbeat carries: one that cannot be sent would make this host look dead. */
export function pauseUntil(pause: Pause | null, nowMs: number): PauseUntil | null {
  if (pause === null) return null
  const [reason, by] = [pause.reason.slice(0, REASON_MAX_CHARS), pause.by.slice(0, OPERATOR_MAX_CHARS)]
  return { reason, by, untilMs: nowMs + pause.remainingMs }
}
