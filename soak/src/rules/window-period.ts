import type { Poll } from '../analysis/run-data.js'

const MS_PER_S = 1000

/**
 * Median time between two windows at the head, s (spec operations 1), weighted by windows: between two polls of
 * different heads each window took an equal part. Moments of one document, which have one time, say nothing of it. Null
 * where the head never moved. Pure.
 */
export function windowPeriod(polls: readonly Poll[]): number | null {
  const parts: { seconds: number; windows: number }[] = []
  let last: { window: number; tsMs: number } | undefined
  for (const { headWindow, tsMs } of polls) {
    if (headWindow === null || tsMs === null) continue
    if (last && headWindow > last.window && tsMs > last.tsMs) {
      const windows = headWindow - last.window
      parts.push({ seconds: (tsMs - last.tsMs) / MS_PER_S / windows, windows })
    }
    if (!last || headWindow > last.window) last = { window: headWindow, tsMs }
  }
  return weightedMedian(parts)
}

function weightedMedian(parts: readonly { seconds: number; windows: number }[]): number | null {
  const sorted = [...parts].sort((a, b) => a.seconds - b.seconds)
  const total = sorted.reduce((sum, { windows }) => sum + windows, 0)
  let seen = 0
  for (const { seconds, windows } of sorted) {
    seen += windows
    if (2 * seen >= total) return seconds
  }
  return null
}
