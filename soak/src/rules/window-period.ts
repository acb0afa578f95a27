import type { Poll, RunData } from '../analysis/run-data.js'

const MS_PER_S = 1000
/** A median over fewer windows is that of the standstill which it should show. */
const FEWEST_WINDOWS = 10
/** What a window is meant to take, s, where no node has measured its clock. */
const NOMINAL_WINDOW_S = 60

/**
 * The median at the head; where the head hardly moved not more than what the nodes measure of their clocks, and never less
 * than a poll can see. Old files have no such measurement, and what they do not tell stays null. Pure.
 */
export function windowPeriodOf({ polls, nodes, quality, run }: RunData): number | null {
  const seen = windowPeriod(polls)
  const windows = polls.flatMap(({ headWindow }) => headWindow ?? [])
  const moved = windows.reduce((most, window) => Math.max(most, window - (windows[0] ?? window)), 0)
  if (quality.isLegacy || moved >= FEWEST_WINDOWS) return seen
  const measured = nodes.flatMap(({ samples }) => samples.findLast(({ windowS }) => windowS != null)?.windowS ?? [])
  const slowest = measured.length === 0 ? NOMINAL_WINDOW_S : Math.max(...measured)
  const expected = Math.max(slowest, run.interval_ms / MS_PER_S)
  return seen === null ? expected : Math.min(seen, expected)
}

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
