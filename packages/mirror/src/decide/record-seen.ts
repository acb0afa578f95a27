import { clockShiftMs } from './memory.js'
import type { ThresholdSettings } from './threshold.js'

/** The fence record as it is, by the observer's own clock. */
export interface RecordSeen {
  readonly commit: string
  readonly firstSeenMs: number
  /** Of the last look. Absent where it was never kept. */
  readonly lookedMs?: number | undefined
}

/** Its age grows as those of the sentinel's memory do, whatever the own clock was set to. */
export function recordSeenAt(
  known: RecordSeen | null,
  commit: string,
  nowMs: number,
  settings: ThresholdSettings,
): RecordSeen {
  if (known?.commit !== commit) return { commit, firstSeenMs: nowMs, lookedMs: nowMs }
  const shiftMs = known.lookedMs === undefined ? 0 : clockShiftMs(known.lookedMs, nowMs, settings)
  return { commit, firstSeenMs: Math.max(0, Math.min(nowMs, known.firstSeenMs + shiftMs)), lookedMs: nowMs }
}
