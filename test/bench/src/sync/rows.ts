import type { MeasuredJoin } from './measure-join.js'

export interface SyncRow extends MeasuredJoin {
  readonly accounts: number
  /** Windows of the shortest history that could have brought the accounts about. */
  readonly replayWindows: number
  /** How long its replay would take with the clock taken from the quorum, and with the clock checked. */
  readonly replaySeconds: number
  readonly replayFullSeconds: number
}
