import { nameOf } from '../trials/plan.js'
import { isFinal } from '../trials/results.js'
import type { Dead, Job, Scenario, TrialRow } from '../trials/types.js'
import { type Quantiles, quantilesOf } from './quantiles.js'

/** All trials of one scenario with one number of dead hosts. */
export interface Cell {
  readonly scenario: Scenario
  readonly dead: Dead
  readonly planned: number
  readonly counted: number
  /** The group lost what it must keep; not repeated. */
  readonly failed: number
  /** Repeated because the host stood still, or because they were void. */
  readonly stalled: number
  readonly void: number
  /** Nobody served within the patience of the trial. */
  readonly unserved: number
  readonly gap: Quantiles
  /** Worst of the counted trials, and the median share of time in which a process waited for a processor. */
  readonly stall_max_ms: number | null
  readonly waiting_p50_percent: number | null
}

export function cellsOf(plan: readonly Job[], rows: readonly TrialRow[]): Cell[] {
  const keys = [...new Set(plan.map(({ scenario, dead }) => `${scenario} ${dead}`))].sort(bySeverity)
  return keys.flatMap((key) => {
    const jobs = plan.filter(({ scenario, dead }) => `${scenario} ${dead}` === key)
    const names = new Set(jobs.map(nameOf))
    const [first] = jobs
    return first
      ? [
          cellOf(
            first,
            jobs.length,
            rows.filter((row) => names.has(nameOf(row))),
          ),
        ]
      : []
  })
}

function cellOf({ scenario, dead }: Job, planned: number, rows: readonly TrialRow[]): Cell {
  const counted = rows.filter(({ outcome }) => outcome === 'counted')
  const count = (outcome: TrialRow['outcome']) => rows.filter((row) => row.outcome === outcome).length
  const waiting = counted.flatMap(({ waiting_percent }) => (waiting_percent === null ? [] : [waiting_percent]))
  return {
    ...{ scenario, dead, planned, counted: counted.length },
    ...{ failed: count('failed'), stalled: count('stalled'), void: count('void') },
    unserved: counted.filter(({ gap_ms }) => gap_ms === null).length,
    gap: quantilesOf(gapsIn(rows)),
    stall_max_ms: quantilesOf(counted.map(({ stall_ms }) => stall_ms)).max_ms,
    waiting_p50_percent: quantilesOf(waiting).p50_ms,
  }
}

/** Of all trials that are not repeated, also of those that failed afterwards. */
export function gapsIn(rows: readonly TrialRow[]): number[] {
  return rows.filter(isFinal).flatMap(({ gap_ms }) => (gap_ms === null ? [] : [gap_ms]))
}

const ORDER = ['kill', 'freeze', 'cut']

function bySeverity(a: string, b: string): number {
  const rank = (key: string) => ORDER.indexOf(key.split(' ')[0] ?? '') * 10 + Number(key.split(' ')[1])
  return rank(a) - rank(b)
}
