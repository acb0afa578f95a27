import { formatTime } from '@montana/foundation'
import { type Amounts, amountsOf } from '../check/amount.js'
import { BOUNDS } from '../check/bounds.js'
import type { Judgement } from '../check/check.js'
import { majorityGapsOf, upgradeGapsOf } from '../check/gaps.js'
import { healingsOf } from '../check/healings.js'
import { maxOf } from '../check/max.js'
import { type Recovery, readinessOf } from '../check/recoveries.js'
import type { Violation } from '../check/types.js'
import type { History } from '../history/types.js'
import { KINDS, type Kind, type Omitted } from '../plan/types.js'
import { kindsOf } from '../run/open.js'
import type { Prepared } from '../run/prepare.js'
import { type Figure, figuresOf, type GapTimes, gapTimesOf } from './figures.js'
import { type Machine, machine } from './machine.js'
import { type Gaps, gapsOf, type Times, timesOf } from './spread.js'

export interface Recoveries {
  readonly ready: Times
  readonly healing: Times
}

export interface FaultRow extends Recoveries {
  readonly kind: Kind
  readonly planned: number
  readonly done: number
  /** Recoveries after it that were late or did not come. */
  readonly late: number
  /** Windows that the mesh cemented while it lasted, all times together. */
  readonly windows: number
  /** Of a partition and an upgrade; of others none is counted. */
  readonly gap: Gaps
}

/** `montana.chaos/1`: what one run has shown. */
export interface ChaosReport {
  readonly schema: 'montana.chaos/1'
  readonly verdict: Judgement['verdict']
  readonly seed: number
  readonly minutes: number
  readonly commit: string | null
  /** Commit of the other build of the upgrade. */
  readonly from: string | null
  readonly network: 'namespaces' | 'loopback'
  readonly machine: Machine
  readonly ended_at: string
  readonly duration_ms: number
  readonly window_ms: number
  readonly bounds: typeof BOUNDS
  readonly amounts: Amounts
  readonly faults: readonly FaultRow[]
  /** Of all faults: a recovery after two kinds stands in the rows of both, and once here. */
  readonly recoveries: Recoveries
  readonly gaps: GapTimes
  readonly figures: readonly Figure[]
  readonly omitted: readonly Omitted[]
  readonly violations: readonly Violation[]
  readonly too_little: readonly string[]
  /** Kept unless the run passed. */
  readonly data_dir: string
  readonly repeat: string
}

export interface ReportInit {
  readonly prepared: Prepared
  readonly history: History
  readonly judgement: Judgement
  readonly network: ChaosReport['network']
  readonly runDir: string
  readonly commit: string | null
}

export function reportOf({ prepared, history, judgement, network, runDir, commit }: ReportInit): ChaosReport {
  const { plan, options, from } = prepared
  const planned = kindsOf(plan)
  const { verdict, violations, tooLittle } = judgement
  const gaps = gapTimesOf(history)
  return {
    schema: 'montana.chaos/1',
    ...{ verdict, seed: options.seed, minutes: options.minutes, commit, from, network },
    machine: machine(),
    ended_at: formatTime(Date.now()),
    duration_ms: Math.round(history.endMs - history.startMs),
    window_ms: history.windowMs,
    bounds: BOUNDS,
    amounts: amountsOf(history, planned),
    faults: rowsOf(history, planned),
    recoveries: recoveriesOf(history),
    gaps,
    figures: figuresOf(history, gaps),
    omitted: plan.omitted,
    violations,
    too_little: tooLittle,
    data_dir: runDir,
    repeat: repeatOf(prepared),
  }
}

/** The plan follows from the seed, the minutes, and what the host can do. */
function repeatOf({ options, from }: Prepared): string {
  const { minutes, seed, network, kinds, partitionSeconds } = options
  const flags = [
    ...(from === null ? [] : [`--from ${from}`]),
    ...(network === 'auto' ? [] : [`--network ${network}`]),
    ...(kinds === undefined ? [] : [`--kinds ${kinds.join(',')}`]),
    ...(partitionSeconds === undefined ? [] : [`--partition-seconds ${partitionSeconds}`]),
  ]
  return ['npm run chaos --', `--minutes ${minutes}`, `--seed ${seed}`, ...flags].join(' ')
}

/** What each kind of fault that was planned has come to. */
export function rowsOf(history: History, planned: readonly Kind[]): FaultRow[] {
  const [ready, healing] = [readinessOf(history), healingsOf(history)]
  const gaps = [...majorityGapsOf(history), ...upgradeGapsOf(history)]
  return KINDS.filter((kind) => planned.includes(kind)).map((kind) => {
    const mine = (recoveries: readonly Recovery[]) => recoveries.filter(({ kinds }) => kinds.includes(kind))
    const done = history.faults.filter(({ fault, failure }) => fault.kind === kind && failure === undefined)
    const [readies, healings] = [mine(ready), mine(healing)]
    return {
      kind,
      planned: planned.filter((one) => one === kind).length,
      done: done.length,
      late: [...readies, ...healings].filter(({ isLate }) => isLate).length,
      windows: done.reduce((sum, { startMs, endMs }) => sum + windowsIn(history, startMs, endMs), 0),
      ready: timesOf(readies),
      healing: timesOf(healings),
      gap: gapsOf(gaps.filter((gap) => gap.kind === kind)),
    }
  })
}

export function recoveriesOf(history: History): Recoveries {
  return { ready: timesOf(readinessOf(history)), healing: timesOf(healingsOf(history)) }
}

function windowsIn({ reads }: History, startMs: number, endMs: number): number {
  const during = reads.filter((read) => read.endMs >= startMs && read.endMs <= endMs)
  const before = reads.filter((read) => read.endMs < startMs)
  return during.length === 0 ? 0 : highestOf(during) - highestOf(before)
}

function highestOf(reads: History['reads']): number {
  return maxOf(reads.map(({ window }) => window))
}
