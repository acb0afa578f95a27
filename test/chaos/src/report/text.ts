import { GOALS } from '../check/bounds.js'
import type { Figure } from './figures.js'
import type { ChaosReport, FaultRow } from './report.js'
import type { Gaps, Times } from './spread.js'

const columnsOf = (recovery: string) => [`${recovery} n`, 'p50', 'p99', 'max']
const HEADER = [
  'fault',
  'done',
  'outcome',
  'windows',
  ...columnsOf('ready'),
  ...columnsOf('healing'),
  ...columnsOf('gap'),
]
const VIOLATIONS_SHOWN = 50

/** The report for people: the table, what was wrong, the verdict. */
export function linesOf(report: ChaosReport): string[] {
  const { violations, too_little, omitted, machine, amounts, verdict, bounds, window_ms, gaps, figures } = report
  const healingS = (bounds.healingWindows * window_ms) / 1_000
  return [
    ...columns([HEADER, ...report.faults.map(rowOf), allOf(report)]),
    ...omitted.map(({ kind, reason }) => `left out: ${kind}: ${reason}`),
    ...violations.slice(0, VIOLATIONS_SHOWN).map(({ rule, message }) => `VIOLATION ${rule}: ${message}`),
    ...(violations.length > VIOLATIONS_SHOWN ? [`and ${violations.length - VIOLATIONS_SHOWN} more`] : []),
    ...too_little.map((reason) => `too little: ${reason}`),
    `bounds: ready ${bounds.readyMs / 1_000} s after a restart, new windows everywhere ${healingS} s after healing (of whoever was restarted: after it was ready)`,
    `gap, in windows of ${window_ms / 1_000} s: the longest time between two new windows less one window, of a side with a quorum`,
    gapLine('gap of the majority in a partition', gaps.majority, GOALS.majorityGapWindows),
    gapLine('gap of a step of a rolling upgrade', gaps.upgrade_step, GOALS.upgradeGapWindows),
    ...figures.map(figureLine),
    `${machine.cores} cores of ${machine.cpu}, kernel ${machine.kernel}, load ${machine.load1}; ${report.network}`,
    ...(verdict === 'PASS' ? [] : [`data: ${report.data_dir}`, `again: ${report.repeat}`]),
    `${verdict}: seed ${report.seed}, ${amounts.windows} windows, ${amounts.faultsDone} of ${amounts.faultsPlanned} faults, ` +
      `${amounts.reads} status reads, ${violations.length} violations in ${(report.duration_ms / 1_000).toFixed(0)} s`,
  ]
}

function rowOf({ kind, planned, done, late, windows, ready, healing, gap }: FaultRow): string[] {
  const outcome = done === 0 ? 'not done' : late === 0 ? 'recovered' : `${late} late`
  return [
    kind,
    `${done}/${planned}`,
    outcome,
    String(windows),
    ...timesText(ready),
    ...timesText(healing),
    ...gapsText(gap),
  ]
}

function allOf({ amounts, recoveries: { ready, healing } }: ChaosReport): string[] {
  const done = `${amounts.faultsDone}/${amounts.faultsPlanned}`
  return ['all', done, '', String(amounts.windows), ...timesText(ready), ...timesText(healing)]
}

function timesText({ count, p50_ms, p99_ms, max_ms }: Times): string[] {
  return [String(count), seconds(p50_ms), seconds(p99_ms), seconds(max_ms)]
}

function gapsText({ count, p50, p99, max }: Gaps): string[] {
  return [String(count), ...[p50, p99, max].map((gap) => gap?.toFixed(2) ?? '-')]
}

function gapLine(what: string, gaps: Gaps, goal: number): string {
  const [count, p50, p99, max] = gapsText(gaps)
  return `${what}: n ${count}, p50 ${p50}, p99 ${p99}, max ${max} windows (to reach: at most ${goal})`
}

/** As a test tells it: test/support/figure.ts. */
function figureLine({ goal, value, unit, short }: Figure): string {
  return `figure: ${goal} ${value} ${unit}${short === undefined ? '' : ` (${short})`}`
}

function seconds(ms: number | null): string {
  return ms === null ? '-' : `${(ms / 1_000).toFixed(1)} s`
}

function columns(rows: readonly string[][]): string[] {
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0))) ?? []
  return rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  )
}
