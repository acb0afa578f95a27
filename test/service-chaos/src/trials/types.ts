/** What happens to the host that leads: its power goes, all of its processes are stopped, or its cable is pulled. */
export const SCENARIOS = ['kill', 'freeze', 'cut'] as const
export type Scenario = (typeof SCENARIOS)[number]

/** Of five hosts, the leader included. */
export const DEAD = [1, 2, 3, 4] as const
export type Dead = (typeof DEAD)[number]

/** One trial of the plan. */
export interface Job {
  readonly scenario: Scenario
  readonly dead: Dead
  /** From 1. */
  readonly trial: number
}

/**
 * `failed`: the group lost what it must keep. `stalled`: the host stood still longer than the bound meanwhile. `void`: too
 * little was done, or it could not be done. The last two are repeated.
 */
export type TrialOutcome = 'counted' | 'failed' | 'stalled' | 'void'

/** One line of the results: what one trial has shown; durations in ms. */
export interface TrialRow extends Job {
  readonly type: 'trial'
  /** From 1; a trial that did not count is repeated. */
  readonly attempt: number
  readonly group: string
  readonly outcome: TrialOutcome
  /** What went wrong; null: nothing, and the group was whole afterwards. */
  readonly reason: string | null
  readonly leader: string | null
  readonly next: string | null
  readonly down: readonly string[]
  /** From the client's first failure to its first success; null: nobody served while it was waited for. */
  readonly gap_ms: number | null
  /** From the fault to when the next host wanted to lead, and to when it began to; null where it said no such thing. */
  readonly candidate_ms: number | null
  readonly acting_ms: number | null
  readonly stall_ms: number
  /** PSI: share of the trial in which some process waited for a processor. */
  readonly waiting_percent: number | null
  /** Requests of the client in the trial, and how many of them failed. */
  readonly requests: number
  readonly failed: number
  readonly violations: readonly string[]
  /** What ran; results of another commit, or of a changed tree, are not taken. */
  readonly commit: string | null
  /** RFC 3339. */
  readonly at: string
}
