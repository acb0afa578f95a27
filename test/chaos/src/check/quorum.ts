import type { ReachChange, TimedRead } from '../history/types.js'
import { LABELS, type Label } from '../mesh/constants.js'
import { BOUNDS } from './bounds.js'
import { maxOf } from './max.js'
import { type Poor, poorTimes } from './reachable.js'
import type { Rule, Violation } from './types.js'

/** Whoever is cut off from every quorum cements nothing but what was on its way. */
export const quorum: Rule = ({ reads, reach, endMs }) => {
  const byStart = [...reads].sort((a, b) => a.startMs - b.startMs)
  return poorTimes(reach, endMs).flatMap((poor) => beyond(poor, byStart, reach))
}

function beyond(poor: Poor, byStart: readonly TimedRead[], reach: readonly ReachChange[]): Violation[] {
  const { startMs, endMs, labels } = poor
  const bound = headAt(poor, byStart, reach) + BOUNDS.windowsInFlight
  return labels.flatMap((label): Violation[] => {
    const within = byStart.filter((read) => read.label === label && read.startMs >= startMs && read.endMs <= endMs)
    const highest = maxOf(within.map(({ window }) => window))
    if (highest <= bound) return []
    const message = `${label} went on to window ${highest} without a quorum, ${bound} was the last on its way`
    return [{ rule: 'quorum', message }]
  })
}

/**
 * What the mesh had when the poor time began. A node says it in the first read after that; of one that was away, or is read
 * only when the time is over, what it said before counts: it may have caught up with what must not have been cemented.
 */
function headAt({ startMs, endMs }: Poor, byStart: readonly TimedRead[], reach: readonly ReachChange[]): number {
  const heads = LABELS.map((label) => {
    const own = byStart.filter((read) => read.label === label)
    const before = own.findLast((read) => read.startMs < startMs)?.window ?? 0
    const after = own.find((read) => read.startMs >= startMs)
    if (!after || after.endMs > endMs || wasAway(label, startMs, after.endMs, reach)) return before
    return Math.max(before, after.window)
  })
  return maxOf(heads)
}

function wasAway(label: Label, fromMs: number, toMs: number, reach: readonly ReachChange[]): boolean {
  return reach.some(({ atMs, away }) => atMs >= fromMs && atMs <= toMs && away.includes(label))
}
