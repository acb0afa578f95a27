import { GOALS } from '../check/bounds.js'
import { majorityGapsOf, upgradeGapsOf } from '../check/gaps.js'
import { healingsOf } from '../check/healings.js'
import type { ExecutedFault, History } from '../history/types.js'
import { isPartition } from '../plan/types.js'
import { type Gaps, gapsOf, timesOf } from './spread.js'

/** What the run has measured for a goal of `bench/goals.json`, in its unit. */
export interface Figure {
  readonly goal: string
  readonly value: number
  readonly unit: 'windows' | 's'
  /** What the run did less of than the goal asks; left out where it did all. */
  readonly short?: string
}

export interface GapTimes {
  /** Of each partition in which a side had a quorum, and nothing else was done to that. */
  readonly majority: Gaps
  /** Of each node that an upgrade has restarted. */
  readonly upgrade_step: Gaps
}

export function gapTimesOf(history: History): GapTimes {
  return { majority: gapsOf(majorityGapsOf(history)), upgrade_step: gapsOf(upgradeGapsOf(history)) }
}

/** The largest gaps: their goals are bounds of each. Of what was not measured there is none. */
export function figuresOf(history: History, { majority, upgrade_step }: GapTimes): Figure[] {
  const upgrades = history.faults.filter(({ fault, failure }) => fault.kind === 'upgrade' && failure === undefined)
  const partitions = history.faults.filter(({ fault, failure }) => isPartition(fault.kind) && failure === undefined)
  const { p99_ms } = timesOf(healingsOf(history).filter(({ kinds }) => kinds.some(isPartition)))
  return [
    ...figure('r11-gap', majority.max, 'windows', shortOf(partitions, majority.count)),
    ...figure('r11-heal', p99_ms === null ? null : p99_ms / 1_000, 's', shortOf(partitions, partitions.length)),
    ...figure('r14-gap', upgrade_step.max, 'windows', `${upgrades.length} upgrades of ${GOALS.upgrades}, without load`),
  ]
}

function figure(goal: string, value: number | null, unit: Figure['unit'], short: string | undefined): Figure[] {
  return value === null ? [] : [{ goal, value, unit, ...(short !== undefined && { short }) }]
}

function shortOf(partitions: readonly ExecutedFault[], count: number): string | undefined {
  const seconds = partitions.map(({ fault }) => Math.round(fault.durationMs / 1_000))
  const [least, most] = [Math.min(...seconds), Math.max(...seconds)]
  if (count >= GOALS.partitions && least >= GOALS.partitionSeconds) return undefined
  const length = least === most ? `${least} s` : `${least} to ${most} s`
  return `${count} partitions of ${GOALS.partitions}, of ${length} each`
}
