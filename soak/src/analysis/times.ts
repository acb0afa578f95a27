import { formatTime } from '@montana/foundation'

/** RFC 3339 of an instant, ms since the epoch; what is not known stays unknown. */
export function isoOf(ms: number | null): string | null {
  return ms === null ? null : formatTime(ms)
}

/** … and back. */
export function msOf(time: string | null): number | null {
  return time === null ? null : Date.parse(time)
}
