import type { ReachChange } from '../history/types.js'
import { LABELS, type Label, QUORUM } from '../mesh/constants.js'

/** A time in which nothing changed, and who could not be part of a quorum in it. */
export interface Poor {
  readonly startMs: number
  readonly endMs: number
  readonly labels: readonly Label[]
}

/** All times in which somebody was cut off from every quorum. */
export function poorTimes(changes: readonly ReachChange[], endMs: number): Poor[] {
  return changes.flatMap((change, index) => {
    const labels = groupsOf(change).flatMap((group) => (group.length < QUORUM ? group : []))
    const end = changes[index + 1]?.atMs ?? endMs
    return labels.length > 0 ? [{ startMs: change.atMs, endMs: end, labels }] : []
  })
}

/** Those that can hear of each other, directly or through others. A connection needs both directions. */
export function groupsOf({ away, cuts }: ReachChange): Label[][] {
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
