import type { Epoch } from '../epoch.js'
import type { Claim, ClaimState, Effect, Heartbeat, Mode, Observation, PostBody, Standing } from './types.js'

/** What never changes while the agent runs; taken from the configuration. Times in milliseconds. */
export interface CoreSettings {
  readonly group: string
  readonly self: string
  readonly bootId: string
  readonly configDigest: string
  readonly hosts: readonly string[]
  readonly policies: Readonly<Record<string, PolicySettings>>
  readonly timing: {
    readonly intervalMs: number
    readonly timeoutMs: number
    readonly misses: number
    readonly confirmMs: number
    readonly isBurst: boolean
    readonly isolateAfterMs: number
    readonly killBudgetMs: number
    readonly startupDelayMs: number
    readonly maxLagMs: number
  }
  readonly witnesses: readonly WitnessSettings[]
  readonly witnessQuorum: number
  readonly coordinator:
    | {
        readonly kind: 'chain'
        readonly witnessQuorumFor: 'minority' | 'always'
        readonly withoutWitnesses: 'stop' | 'lead'
      }
    | { readonly kind: 'etcd'; readonly ttlMs: number; readonly isShared: boolean }
  /** The epoch file of this host is missing and the registry does not say that it is new: rule D10. */
  readonly hasAmnesia: boolean
}

export interface PolicySettings {
  readonly name: string
  readonly chain: readonly string[]
  readonly failback: 'auto' | 'manual' | 'never'
  readonly holdDownMs: number
  /** Of the slowest service bound to the policy. */
  readonly promoteMs: number
  /** Upper bound of a failover, of 5.4. */
  readonly boundMs: number
  /** Highest epoch of the durable file; 0 where there is none. */
  readonly durableEpoch: Epoch
}

export interface WitnessSettings {
  readonly name: string
  /** Its answers show a death only after the usual time of detection: git. */
  readonly isSlow: boolean
  /** A post older than this is no sign of life. */
  readonly stalenessMs: number
  /** An answer counts for standing for so long. */
  readonly windowMs: number
}

/** What one policy looks like from here, for status, metrics and logs; derived in the same turn as the effects. */
export interface PolicyDecision {
  readonly policy: string
  readonly claim: Claim
  readonly role: 'master' | 'standby'
  readonly mode: Mode
  readonly standing: Standing
  /**
   * Last moment at which an acting host may still act unless it is asked again: end of its standing or of its lease. The
   * fence of a second thread stands on it. Null while not acting.
   */
  readonly actUntilMs: number | null
  /** Whom this host takes for the leader. */
  readonly leader: { readonly host: string; readonly epoch: Epoch; readonly mode: Mode } | null
  /** Rule of section 4 that decided, or null while nothing changes. */
  readonly rule: string | null
  readonly holdDown: { readonly host: string; readonly remainingMs: number } | null
  /** Which hosts count as alive, and why not eligible. */
  readonly hosts: Readonly<Record<string, HostDecision>>
}

export interface HostDecision {
  readonly isAlive: boolean
  readonly isVisible: boolean
  readonly isEligible: boolean
  readonly reason: string | null
  readonly lastHeardMs: number | null
  /** What it says of itself; null while it is silent. */
  readonly state: ClaimState | null
  readonly lagMs: number | null
}

/** The clocks of one turn. `bootMs` also counts suspend: a difference in their rates is rule D1. */
export interface Clock {
  readonly nowMs: number
  readonly bootMs: number
}

export interface Turn<State> {
  readonly state: State
  readonly effects: readonly Effect[]
  readonly policies: readonly PolicyDecision[]
  /** Start to start of the probes of every peer from now on: shorter while this host acts or is a candidate. */
  readonly probeEveryMs: number
  /** The same for post and read at fast witnesses; a slow one keeps its own interval. */
  readonly witnessEveryMs: number
}

/** The decision core of one host: pure functions over an opaque state. */
export interface Core<State> {
  initial(clock: Clock): State
  /** Takes in what reached the host; never decides. */
  observe(state: State, observation: Observation): State
  /** One turn: every 250 ms and after each batch of observations. */
  decide(state: State, clock: Clock): Turn<State>
  /** What this host tells `receiver` now. `sequence` grows with every call of the caller. */
  heartbeat(state: State, receiver: string, sequence: number, nowMs: number): Heartbeat
  post(state: State, sequence: number, nowMs: number): PostBody
}
