/** Schedules of public repositories stop after 60 days without activity; spec repository-mirror 10.4 leaves 15 of them as slack. */
export const QUIET_MS = 45 * 24 * 3_600_000

/** Last sign of activity in the own repository, by the clock of the observer. */
export interface Activity {
  /** Of the default branch, as seen then; null: it has none. */
  readonly tip: string | null
  readonly sinceMs: number
}

export interface KeepAlive {
  readonly activity: Activity
  /** The workflow is to be enabled now, although it is active. */
  readonly isDue: boolean
}

/** Without memory the quiet begins now; a clock that was set back begins it anew, which can only come too late by as much. */
export function keepAlive(known: Activity | null, tip: string | null, nowMs: number): KeepAlive {
  const isQuiet = known !== null && known.tip === tip && known.sinceMs <= nowMs
  const activity = isQuiet ? known : { tip, sinceMs: nowMs }
  return { activity, isDue: nowMs - activity.sinceMs >= QUIET_MS }
}
