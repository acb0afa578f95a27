import type { StatusRead } from '../agent/messages.js'
import type { Label } from '../mesh/constants.js'
import type { Fault } from '../plan/types.js'

/** Times are CLOCK_MONOTONIC, ms. */
export interface NodeEvent {
  readonly atMs: number
  readonly label: Label
  /** `killed` and `stopped`: by a fault, with SIGKILL or SIGTERM. `died`: nobody wanted it; it is started again. */
  readonly type: 'spawn' | 'killed' | 'stopped' | 'died'
  /** Of an exit; null where a signal ended it. */
  readonly code: number | null
}

/** Who can reach whom, from `atMs` to the next change. */
export interface ReachChange {
  readonly atMs: number
  /** Down or frozen. */
  readonly away: readonly Label[]
  /** Of each, nothing passes from the first to the second. */
  readonly cuts: readonly (readonly [Label, Label])[]
}

export interface ExecutedFault {
  readonly fault: Fault
  readonly step: number
  readonly startMs: number
  /** Everything is undone; a process that was down has been started. */
  readonly endMs: number
  /** What went wrong in doing it; undefined: it was done. */
  readonly failure: string | undefined
}

/** All faults of a step are over at `atMs`; then nothing is done to the mesh until `untilMs`. */
export interface Healing {
  readonly step: number
  readonly atMs: number
  readonly untilMs: number
}

/** A window in the store of one node after the run. */
export interface StoredRow {
  readonly label: Label
  readonly window: number
  readonly hash: string
  readonly root: string
  /** Of the certificate; undefined: there is none, or it is not valid. */
  readonly weight: number | undefined
  /** Of all active members in the state before this window. */
  readonly active: number | undefined
}

export interface TimedRead extends StatusRead {
  readonly label: Label
}

/** Everything that a run leaves to be judged. */
export interface History {
  readonly windowMs: number
  readonly startMs: number
  readonly endMs: number
  readonly reads: readonly TimedRead[]
  /** Of nodes that were down, frozen or full. */
  readonly failedReads: number
  readonly events: readonly NodeEvent[]
  readonly reach: readonly ReachChange[]
  readonly faults: readonly ExecutedFault[]
  readonly healings: readonly Healing[]
  readonly stored: readonly StoredRow[]
  /** What the proof of the stores has to say against them, a line each. */
  readonly storeFaults: readonly string[]
}
