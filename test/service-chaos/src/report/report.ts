import { type Machine, machine } from '@montana/chaos/host'
import { formatTime } from '@montana/foundation'
import type { TrialOptions } from '../options.js'
import { BOUNDS } from '../trials/bounds.js'
import type { Job, TrialRow } from '../trials/types.js'
import { type Cell, cellsOf, gapsIn } from './cells.js'
import { type Judgement, judgeTrials } from './judge.js'
import { type Quantiles, quantilesOf } from './quantiles.js'

/** `montana.service-trials/1`. */
export interface TrialsReport extends Judgement {
  readonly schema: 'montana.service-trials/1'
  readonly seed: number
  readonly groups: number
  readonly commit: string | null
  readonly machine: Machine
  readonly ended_at: string
  /** Of this call; earlier ones may have added to the results. */
  readonly duration_ms: number
  readonly bounds: typeof BOUNDS
  readonly cells: readonly Cell[]
  readonly gap: Quantiles
  readonly results: string
}

export interface ReportInit {
  readonly options: TrialOptions
  readonly plan: readonly Job[]
  readonly rows: readonly TrialRow[]
  readonly durationMs: number
  readonly commit: string | null
}

export function reportOf({ options, plan, rows, durationMs, commit }: ReportInit): TrialsReport {
  const cells = cellsOf(plan, rows)
  return {
    schema: 'montana.service-trials/1',
    ...judgeTrials(cells, rows),
    ...{ seed: options.seed, groups: options.groups, commit, machine: machine() },
    ended_at: formatTime(Date.now()),
    duration_ms: Math.round(durationMs),
    bounds: BOUNDS,
    cells,
    gap: quantilesOf(gapsIn(rows)),
    results: options.results,
  }
}
