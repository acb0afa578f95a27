/** Documented for a secondary limit without `retry-after`: wait at least a minute. */
const SECONDARY_LIMIT_WAIT_MS = 60_000
/** The reset is given in whole seconds. */
const RESET_MARGIN_MS = 1_000

export type Headers = Readonly<Record<string, string | number | undefined>>

/**
 * Milliseconds until the next try is allowed, or null when the answer speaks of no limit. The status alone never says it:
 * both limits come as 403 or 429. Spec repository-mirror 6.3.
 */
export function limitWaitMs(status: number, headers: Headers, message: string, nowMs: number): number | null {
  if (status !== 403 && status !== 429) return null
  const retryAfter = Number(headers['retry-after'] ?? Number.NaN)
  if (Number.isFinite(retryAfter) && retryAfter >= 0) return retryAfter * 1_000
  if (String(headers['x-ratelimit-remaining']) === '0') return untilReset(headers, nowMs)
  return status === 429 || /\brate limit\b/i.test(message) ? SECONDARY_LIMIT_WAIT_MS : null
}

function untilReset(headers: Headers, nowMs: number): number {
  const resetMs = Number(headers['x-ratelimit-reset'] ?? Number.NaN) * 1_000
  if (!Number.isFinite(resetMs)) return SECONDARY_LIMIT_WAIT_MS
  return Math.max(0, resetMs - nowMs) + RESET_MARGIN_MS
}
