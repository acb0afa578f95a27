import type { ClientWrite } from '../client/lines.js'
import type { Trace } from './types.js'

/** A fault as it was done; times are CLOCK_MONOTONIC, ms. */
export interface DoneFault {
  readonly kind: string
  /** Who was really hit. */
  readonly targets: readonly string[]
  readonly step: number
  readonly startMs: number
  readonly endMs: number
  /** Why it was not done, or not felt; null: it was. */
  readonly failure: string | null
}

/** All faults of a step are over at `atMs`; nothing more is done to the group until `untilMs`. CLOCK_MONOTONIC, ms. */
export interface Healing {
  readonly step: number
  readonly atMs: number
  /** When all five could serve, one did, and the client was answered; null: not while it was waited for. */
  readonly wholeMs: number | null
  readonly untilMs: number
}

/** An agent that ended by itself; CLOCK_MONOTONIC, ms. */
export interface AgentDeath {
  readonly host: string
  readonly atMs: number
}

/** Everything that a run leaves to be judged. */
export interface ServiceHistory {
  readonly trace: Trace
  /** Added to CLOCK_MONOTONIC it is the clock of the trace. */
  readonly wallOffsetMs: number
  readonly startMs: number
  readonly endMs: number
  readonly writes: readonly ClientWrite[]
  readonly faults: readonly DoneFault[]
  readonly healings: readonly Healing[]
  readonly deaths: readonly AgentDeath[]
}
