const SECOND_MS = 1000
const MINUTE_MS = 60 * SECOND_MS
const HOUR_MS = 60 * MINUTE_MS
const DAY_MS = 24 * HOUR_MS

const STEPS_MS = [
  ...[1, 2, 5, 10, 15, 30].map((n) => n * SECOND_MS),
  ...[1, 2, 5, 10, 15, 30].map((n) => n * MINUTE_MS),
  ...[1, 2, 3, 6, 12].map((n) => n * HOUR_MS),
  ...[1, 2, 5, 10, 20, 50, 100].map((n) => n * DAY_MS),
] as const

export interface TimeTick {
  /** s since the start of the chart */
  readonly t: number
  readonly label: string
}

/** Date where a day begins, else the time of day, with seconds only where ticks are closer than a minute. */
function label(ms: number, stepMs: number): string {
  const iso = new Date(ms).toISOString()
  if (ms % DAY_MS === 0) return iso.slice(5, 10)
  return iso.slice(11, stepMs < MINUTE_MS ? 19 : 16)
}

/** Round instants in UTC between two times, at most `most` of them. */
export function timeTicks(from: string, to: string, most: number): TimeTick[] {
  const start = Date.parse(from)
  const end = Date.parse(to)
  const step = STEPS_MS.find((ms) => (end - start) / ms <= most) ?? STEPS_MS[STEPS_MS.length - 1] ?? DAY_MS
  const first = Math.ceil(start / step)
  const count = Math.max(0, Math.min(most, Math.floor(end / step) - first) + 1)
  return Array.from({ length: count }, (_, i) => {
    const ms = (first + i) * step
    return { t: (ms - start) / SECOND_MS, label: label(ms, step) }
  })
}

/** Length of a chart, s. */
export function chartSeconds(from: string, to: string): number {
  return Math.max(1, (Date.parse(to) - Date.parse(from)) / SECOND_MS)
}
