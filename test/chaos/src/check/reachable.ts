import type { ReachChange } from '../history/types.js'
import { LABELS, type Label, QUORUM } from '../mesh/constants.js'

/** A time in which these could not be part of a quorum. */
export interface Poor {
  readonly startMs: number
  readonly endMs: number
  /** All where nobody could: then nothing is cemented anywhere, whatever else changes meanwhile. */
  readonly labels: readonly Label[]
}

/** All times in which somebody was cut off from every quorum, ascending. */
export function poorTimes(changes: readonly ReachChange[], endMs: number): Poor[] {
  const times = changes.flatMap((change, index): Poor[] => {
    const groups = groupsOf(change)
    const isNobody = groups.every((group) => group.length < QUORUM)
    const labels = isNobody ? LABELS : groups.flatMap((group) => (group.length < QUORUM ? group : []))
    return labels.length > 0 ? [{ startMs: change.atMs, endMs: changes[index + 1]?.atMs ?? endMs, labels }] : []
  })
  return times.reduce<Poor[]>(joined, [])
}

/** One change after another in which nobody has a quorum is one time: a window in each would be one too many. */
function joined(before: Poor[], next: Poor): Poor[] {
  const last = before.at(-1)
  if (!last || last.labels !== LABELS || next.labels !== LABELS || last.endMs !== next.startMs) return [...before, next]
  return [...before.slice(0, -1), { ...last, endMs: next.endMs }]
}

/** Those that can hear of each other, directly or through others. A connection needs both directions. */
export function groupsOf({ away, cuts }: Pick<ReachChange, 'away' | 'cuts'>): Label[][] {
  const isCut = (a: Label, b: Label) => cuts.some(([from, to]) => from === a && to === b)
  const areLinked = (a: Label, b: Label) => !isCut(a, b) && !isCut(b, a)
  const left = new Set(LABELS.filter((label) => !away.includes(label)))
  const groups: Label[][] = []
  for (const start of LABELS) {
    if (!left.delete(start)) continue
    const group = [start]
    for (const member of group) {
      for (const other of [...left]) if (areLinked(member, other) && left.delete(other)) group.push(other)
    }
    groups.push(group)
  }
  return groups
}
