import type { RawFinding, RuleInput } from '../rules/types.js'

const MS_PER_S = 1000
/** A standstill or an absence begins, for who polls, with the last poll in which all was well. */
const PERIODS_BEFORE = 2
/** Polls after the end of a drill or an absence in which what it did is still seen. */
const PERIODS_AFTER = 3

type Times = Pick<RawFinding, 'fromMs' | 'toMs'>

/** How long before its cause an effect may seem to begin, ms: the window it stands at is as old as a window may be. */
export function beforeMs({ thresholds, periodS, windowPeriodS }: RuleInput): number {
  return MS_PER_S * Math.max(PERIODS_BEFORE * periodS, thresholds.stall_window_periods * (windowPeriodS ?? 0))
}

/** How long after the end of its cause an effect may last, ms. */
export function afterMs({ thresholds, periodS, windowPeriodS }: RuleInput): number {
  return MS_PER_S * Math.max(PERIODS_AFTER * periodS, thresholds.cause_window_periods * (windowPeriodS ?? 0))
}

/** Whether all of the effect lies in the time of its cause. A time that nobody knows could be another. Pure. */
export function isWithin(input: RuleInput, cause: Times, { fromMs, toMs }: Times): boolean {
  if (fromMs === null || toMs === null || cause.fromMs === null) return false
  const ends = cause.toMs === null ? Number.POSITIVE_INFINITY : cause.toMs + afterMs(input)
  return fromMs >= cause.fromMs - beforeMs(input) && toMs <= ends
}
