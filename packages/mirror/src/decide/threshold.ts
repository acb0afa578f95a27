import type { Verdict } from './verdict.js'

export interface ThresholdSettings {
  readonly intervalMs: number
  readonly threshold: number
}

/** Unhealthy observations that counted, by the observer's clock. Spec repository-mirror 10.2. */
export interface Count {
  readonly count: number
  /** Of the first counted one; null while the count is zero. */
  readonly unhealthySinceMs: number | null
  /** Of the last counted one. */
  readonly lastCountedMs: number | null
}

export const NO_COUNT: Count = { count: 0, unhealthySinceMs: null, lastCountedMs: null }

/** Healthy resets, unknown neither counts nor resets; runs closer than half an interval do not add up. */
export function countVerdict(count: Count, verdict: Verdict, nowMs: number, settings: ThresholdSettings): Count {
  if (verdict === 'healthy') return NO_COUNT
  if (verdict === 'unknown') return count
  if (count.lastCountedMs !== null && nowMs - count.lastCountedMs < settings.intervalMs / 2) return count
  return { count: count.count + 1, unhealthySinceMs: count.unhealthySinceMs ?? nowMs, lastCountedMs: nowMs }
}

export function isThresholdReached(count: Count, nowMs: number, settings: ThresholdSettings): boolean {
  if (count.unhealthySinceMs === null || count.count < settings.threshold) return false
  return nowMs - count.unhealthySinceMs >= spanMs(settings)
}

/** When the threshold is reached if the silence lasts; null while nothing is counted. */
export function earliestPromotionMs(count: Count, settings: ThresholdSettings): number | null {
  return count.unhealthySinceMs === null ? null : count.unhealthySinceMs + spanMs(settings)
}

/** Shortest time between the first and the last of the observations that promote. */
export function spanMs({ intervalMs, threshold }: ThresholdSettings): number {
  return (threshold - 1) * intervalMs
}
