export const MINUTE_MS = 60_000
const HOUR_MINUTES = 60

/** Such as `3 h 10 min`, whole minutes, rounded down; null is unknown. */
export function formatDuration(durationMs: number | null): string {
  if (durationMs === null) return 'an unknown time'
  const minutes = Math.floor(durationMs / MINUTE_MS)
  const hours = Math.floor(minutes / HOUR_MINUTES)
  const rest = minutes % HOUR_MINUTES
  if (hours === 0) return `${rest} min`
  return rest === 0 ? `${hours} h` : `${hours} h ${rest} min`
}
