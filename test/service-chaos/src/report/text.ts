import type { Cell } from './cells.js'
import { columns, seconds } from './columns.js'
import type { Quantiles } from './quantiles.js'
import type { TrialsReport } from './report.js'

const HEADER = ['scenario', 'dead', 'n', 'p50', 'p90', 'p99', 'max', 'failed', 'stalled', 'void', 'stall', 'waiting']
const FAILURES_SHOWN = 50

/** The report for people: the table, what was wrong, the verdict. */
export function linesOf(report: TrialsReport): string[] {
  const { cells, failures, too_little, machine, bounds, verdict, seed, groups, commit, gap } = report
  const count = cells.reduce((sum, { counted }) => sum + counted, 0)
  return [
    ...columns([HEADER, ...cells.map(rowOf), ['all', '', String(count), ...timesOf(gap), '', '', '', '', '']]),
    'gap: from the first failed request of a client that sends ten a second to its first success, s',
    `stalled: the host stood still longer than ${bounds.stallMs} ms; void: the group was not asked; both repeated; stall: longest`,
    ...failures.slice(0, FAILURES_SHOWN).map((text) => `FAIL: ${text}`),
    ...too_little.map((text) => `too little: ${text}`),
    `bounds: p50 ≤ ${bounds.medianMs / 1_000} s, p99 < ${bounds.p99Ms / 1_000} s, max < ${bounds.maxMs / 1_000} s`,
    `${machine.cores} cores of ${machine.cpu}, kernel ${machine.kernel}, load ${machine.load1}; ${groups} groups; commit ${commit}`,
    `results: ${report.results}`,
    `${verdict}: seed ${seed}, ${count} trials, ${failures.length} failures`,
  ]
}

function rowOf(cell: Cell): string[] {
  const { scenario, dead, counted, planned, gap, stall_max_ms, waiting_p50_percent } = cell
  const count = counted === planned ? String(counted) : `${counted}/${planned}`
  const host = [stall_max_ms === null ? '-' : `${stall_max_ms} ms`, `${waiting_p50_percent ?? '-'} %`]
  const rest = [cell.failed, cell.stalled, cell.void].map(String)
  return [scenario, String(dead), count, ...timesOf(gap), ...rest, ...host]
}

function timesOf({ p50_ms, p90_ms, p99_ms, max_ms }: Quantiles): string[] {
  return [p50_ms, p90_ms, p99_ms, max_ms].map(seconds)
}
