import { columns, seconds } from '../report/columns.js'
import type { KindRow, PlaneReport } from './report.js'

const HEADER = ['fault', 'done', 'one leader p50', 'max', 'answer p50', 'max', 'all five p50', 'max', 'outage max']
const VIOLATIONS_SHOWN = 50

/** The report for people: the table, what was wrong, the verdict. */
export function planeLines(report: PlaneReport): string[] {
  const { violations, too_little, omitted, machine, verdict, bounds, seed } = report
  return [
    ...columns([HEADER, ...report.faults.map(rowOf)]),
    'after the end of the faults, s; outage: longest time without an answer, faults and healing together',
    ...omitted.map(({ kind, reason }) => `left out: ${kind}: ${reason}`),
    ...violations.slice(0, VIOLATIONS_SHOWN).map(({ rule, message }) => `VIOLATION ${rule}: ${message}`),
    ...too_little.map((reason) => `too little: ${reason}`),
    `bound: exactly one acting host, and an answer, ${bounds.leaderMs / 1_000} s after healing`,
    `${report.acknowledged} of ${report.requests} requests acknowledged; ${report.tenures} tenures; ` +
      `${report.refused_by_fence} effects refused by the fence`,
    `${machine.cores} cores of ${machine.cpu}, kernel ${machine.kernel}, load ${machine.load1}; ` +
      `longest stall ${report.stall_ms} ms, waiting ${report.waiting_percent ?? '?'} %; commit ${report.commit}`,
    ...(verdict === 'PASS' ? [] : [`data: ${report.data_dir}`, `again: ${report.repeat}`]),
    `${verdict}: seed ${seed}, ${violations.length} violations in ${(report.duration_ms / 1_000).toFixed(0)} s`,
  ]
}

function rowOf({ kind, planned, done, leader, answer, whole, outage_max_ms }: KindRow): string[] {
  const pair = ({ p50_ms, max_ms }: KindRow['leader']) => [seconds(p50_ms), seconds(max_ms)]
  return [kind, `${done}/${planned}`, ...pair(leader), ...pair(answer), ...pair(whole), seconds(outage_max_ms)]
}
