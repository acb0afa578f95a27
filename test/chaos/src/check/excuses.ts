import type { ExecutedFault, History, ReachChange } from '../history/types.js'
import { type Label, QUORUM } from '../mesh/constants.js'
import { cutsOf } from '../plan/cuts.js'
import { groupsOf } from './reachable.js'

/** A time in which a node cannot be asked to start as fast as ever. */
export interface Excuse {
  readonly startMs: number
  readonly endMs: number
}

/**
 * What can slow the start of `label`: a fault at itself, one of all links, and whatever takes the quorum from it. What hits
 * another one alone does not; an upgrade waits for each node that it has started, and is no fault to that node.
 */
export function excusesOf(
  { faults, reach, endMs }: Pick<History, 'faults' | 'reach' | 'endMs'>,
  label: Label,
): Excuse[] {
  const own = faults.filter(({ fault }) => fault.kind !== 'upgrade' && hits(fault, label))
  return [...own, ...alone(reach, endMs, label)]
}

/** Of halves both sides are hit: neither has a quorum. */
function hits(fault: ExecutedFault['fault'], label: Label): boolean {
  return fault.targets.includes(label) || isWithoutQuorum({ away: [], cuts: cutsOf(fault) }, label)
}

/** All times in which it had no quorum, or would have had none if it had run. */
function alone(reach: readonly ReachChange[], endMs: number, label: Label): Excuse[] {
  return reach.flatMap((change, index) => {
    const isAlone = isWithoutQuorum({ ...change, away: change.away.filter((other) => other !== label) }, label)
    return isAlone ? [{ startMs: change.atMs, endMs: reach[index + 1]?.atMs ?? endMs }] : []
  })
}

function isWithoutQuorum(change: Pick<ReachChange, 'away' | 'cuts'>, label: Label): boolean {
  const group = groupsOf(change).find((members) => members.includes(label)) ?? []
  return group.length < QUORUM
}
