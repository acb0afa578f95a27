import type { TimedRead } from '../history/types.js'
import { LABELS } from '../mesh/constants.js'
import { BOUNDS } from './bounds.js'
import { type Poor, poorTimes } from './reachable.js'
import type { Rule, Violation } from './types.js'

/** Whoever is cut off from every quorum cements nothing but what was on its way. */
export const quorum: Rule = ({ reads, reach, endMs }) => {
  const byStart = [...reads].sort((a, b) => a.startMs - b.startMs)
  return poorTimes(reach, endMs).flatMap((poor) => beyond(poor, byStart))
}

function beyond(poor: Poor, byStart: readonly TimedRead[]): Violation[] {
  const { startMs, endMs, labels } = poor
  const bound = headAt(startMs, byStart) + BOUNDS.windowsInFlight
  return labels.flatMap((label): Violation[] => {
    const within = byStart.filter((read) => read.label === label && read.startMs >= startMs && read.endMs <= endMs)
    const highest = Math.max(0, ...within.map(({ window }) => window))
    if (highest <= bound) return []
    const message = `${label} went on to window ${highest} without a quorum, ${bound} was the last on its way`
    return [{ rule: 'quorum', message }]
  })
}

/** What a node had at `atMs` it says in the first read that begins after it; who is away said it before. */
function headAt(atMs: number, byStart: readonly TimedRead[]): number {
  const heads = LABELS.map((label) => {
    const own = byStart.filter((read) => read.label === label)
    const before = own.findLast((read) => read.startMs < atMs)
    const after = own.find((read) => read.startMs >= atMs)
    return Math.max(before?.window ?? 0, after?.window ?? 0)
  })
  return Math.max(...heads)
}
