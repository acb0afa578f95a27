import { formatDuration, MINUTE_MS } from './durations.js'
import { spanMs, type ThresholdSettings } from './threshold.js'

export interface SentinelSettings extends ThresholdSettings {
  readonly permitMs: number
  readonly skewMs: number
  readonly stalenessMs: number
}

/** How much longer than the longest gap seen a silence must be: the next gap may be a little longer. Spec repository-mirror 10.2. */
const GAP_MARGIN = 1.1

/** The longest action (25 min by default) ends 5 min before the permit. Spec 9.3. */
const PERMIT_RESERVE_MS = 5 * MINUTE_MS

/** Why these settings would let two repositories act at once, or null. Checked before anything runs: P + S < T. */
export function budgetProblem({ permitMs, skewMs, stalenessMs }: SentinelSettings): string | null {
  if (permitMs + skewMs < stalenessMs) return null
  const sum = formatDuration(permitMs + skewMs)
  return `permit and skew together (${sum}) must be shorter than the staleness (${formatDuration(stalenessMs)})`
}

/**
 * The observations that promote must lie so far apart that a permit ends between them: then no step of the sentinel's
 * clock before the first of them makes two act at once. Null when they do. Checked before anything runs.
 */
export function spanProblem(settings: Omit<SentinelSettings, 'stalenessMs'>): string | null {
  const { permitMs, skewMs, threshold } = settings
  if (spanMs(settings) >= permitMs + skewMs) return null
  const sum = formatDuration(permitMs + skewMs)
  const span = formatDuration(spanMs(settings))
  return `the ${threshold} observations that promote span ${span}, less than permit and skew together (${sum})`
}

/** Longest that one action may take under this permit: for `timeout-minutes` and hard stops. Never negative. */
export function longestActionMs(permitMs: number): number {
  return Math.max(0, permitMs - PERMIT_RESERVE_MS)
}

/** Silence after which a promotion happens at the earliest: T + (threshold − 1) × interval. */
export function earliestSilenceMs(settings: SentinelSettings): number {
  return settings.stalenessMs + spanMs(settings)
}

export interface GapWarning {
  readonly message: string
  /** Whole minutes that would be enough. */
  readonly neededStalenessMs: number
}

/** Whether ordinary gaps of this primary could be taken for its death; null when they cannot. Spec 10.2. */
export function gapWarning(settings: SentinelSettings, longestGapMs: number): GapWarning | null {
  const neededMs = longestGapMs * GAP_MARGIN
  if (earliestSilenceMs(settings) >= neededMs) return null
  const neededStalenessMs = Math.ceil((neededMs - spanMs(settings)) / MINUTE_MS) * MINUTE_MS
  const message =
    `the primary has been silent for ${formatDuration(longestGapMs)} while it lived; ` +
    `set MIRROR_STALENESS_MINUTES to ${neededStalenessMs / MINUTE_MS} or more`
  return { message, neededStalenessMs }
}
