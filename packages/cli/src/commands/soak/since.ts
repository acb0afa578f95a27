import { UsageError } from '@montana/foundation'
import { DURATION_FORMS, parseDuration } from '@montana/soak'

const RFC3339 = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d)$/

/** An instant, or how long ago it was, as ms since the epoch. Throws {@link UsageError}. */
export function readSince(text: string, nowMs: number): number {
  const ago = parseDuration(text)
  if (ago !== undefined) return nowMs - ago
  const at = RFC3339.test(text) ? Date.parse(text) : Number.NaN
  if (!Number.isNaN(at)) return at
  throw new UsageError(`--since '${text}' is neither a time nor a duration`, {
    field: 'since',
    remedy: `use the form 2026-01-31T12:00:00Z, or ${DURATION_FORMS}`,
  })
}
