import type { HostBug } from '../node/bugs.js'
import type { Epochs } from '../oracles/history.js'
import type { Violation } from '../oracles/oracle.js'
import type { FaultKind, PlanOptions } from '../plan/plan.js'

/** One run, as it is handed to a worker: plain data only. */
export interface Job extends PlanOptions {
  readonly seed: number
  readonly bug?: HostBug
  readonly keepsTrace?: boolean
}

/** What a run came to, as plain data. */
export interface JobResult {
  readonly seed: number
  readonly violation: Violation | undefined
  readonly windows: number
  readonly epochs: Epochs
  readonly virtualMs: number
  /** Time of the processor. */
  readonly computingMs: number
  readonly events: number
  readonly traceHash: string
  readonly faults: readonly FaultKind[]
  readonly lines: readonly string[]
}
