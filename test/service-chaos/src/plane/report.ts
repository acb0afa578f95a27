import { KINDS, type Kind } from '@montana/chaos'
import { type Machine, machine } from '@montana/chaos/host'
import { formatTime } from '@montana/foundation'
import { type Recovery, recoveriesOf } from '../check/recovery.js'
import { judgeService, SERVICE_BOUNDS, type ServiceJudgement } from '../check/service.js'
import { quantilesOf } from '../report/quantiles.js'
import type { PlaneRun } from './run.js'

interface Times {
  readonly count: number
  readonly p50_ms: number | null
  readonly max_ms: number | null
}

export interface KindRow {
  readonly kind: Kind
  readonly planned: number
  readonly done: number
  /** From the end of the faults to exactly one acting host, to an answer, and to five hosts that could serve. */
  readonly leader: Times
  readonly answer: Times
  readonly whole: Times
  /** Longest time without an answer, faults and healing together. */
  readonly outage_max_ms: number | null
}

/** `montana.service-chaos/1`: what one run has shown. */
export interface PlaneReport extends ServiceJudgement {
  readonly schema: 'montana.service-chaos/1'
  readonly seed: number
  readonly minutes: number
  readonly commit: string | null
  readonly machine: Machine
  /** Longest time for which a process that wanted to run did not; share of the time in which one waited (PSI). */
  readonly stall_ms: number
  readonly waiting_percent: number | null
  readonly ended_at: string
  readonly duration_ms: number
  readonly bounds: typeof SERVICE_BOUNDS
  readonly requests: number
  readonly acknowledged: number
  readonly refused_by_fence: number
  readonly tenures: number
  readonly faults: readonly KindRow[]
  readonly omitted: PlaneRun['schedule']['omitted']
  /** Kept unless the run passed. */
  readonly data_dir: string
  readonly repeat: string
}

export interface PlaneReportInit {
  readonly run: PlaneRun
  readonly seed: number
  readonly minutes: number
  readonly commit: string | null
}

export function planeReportOf({ run, seed, minutes, commit }: PlaneReportInit): PlaneReport {
  const { schedule, history, host, dir } = run
  const planned = schedule.steps.flatMap(({ faults }) => faults.map(({ kind }) => kind))
  const { trace } = history
  return {
    schema: 'montana.service-chaos/1',
    ...judgeService(history, planned.length),
    ...{ seed, minutes, commit, machine: machine() },
    ...{ stall_ms: host.stallMs, waiting_percent: host.waitingPercent },
    ended_at: formatTime(Date.now()),
    duration_ms: Math.round(history.endMs - history.startMs),
    bounds: SERVICE_BOUNDS,
    requests: history.writes.length,
    acknowledged: trace.acknowledged.length,
    refused_by_fence: trace.effects.filter(({ outcome }) => outcome === 'refused').length,
    tenures: trace.spans.filter(({ policy }) => policy === 'serve').length,
    faults: rowsOf(run, planned),
    omitted: schedule.omitted,
    data_dir: dir,
    repeat: `npm run chaos -- --plane service --minutes ${minutes} --seed ${seed}`,
  }
}

function rowsOf({ history }: PlaneRun, planned: readonly Kind[]): KindRow[] {
  const recoveries = recoveriesOf(history)
  return KINDS.filter((kind) => planned.includes(kind)).map((kind) => {
    const mine = recoveries.filter(({ kinds }) => kinds.includes(kind))
    const times = (of: (recovery: Recovery) => number | null) => timesOf(mine.map(of))
    return {
      kind,
      planned: planned.filter((one) => one === kind).length,
      done: history.faults.filter((fault) => fault.kind === kind && fault.failure === null).length,
      leader: times(({ leaderMs }) => leaderMs),
      answer: times(({ answerMs }) => answerMs),
      whole: times(({ wholeMs }) => wholeMs),
      outage_max_ms: times(({ outageMs }) => outageMs).max_ms,
    }
  })
}

function timesOf(values: readonly (number | null)[]): Times {
  const known = values.flatMap((ms) => (ms === null ? [] : [Math.round(ms)]))
  const { p50_ms, max_ms } = quantilesOf(known)
  return { count: known.length, p50_ms, max_ms }
}
