import type { JoinResult } from './orders.js'

export interface SyncRow extends JoinResult {
  readonly accounts: number
  /** Windows of the shortest history that could have brought the accounts about, and how long its replay would take. */
  readonly replayWindows: number
  readonly replaySeconds: number
}
