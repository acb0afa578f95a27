import type { Report, Verdict } from '../report/schema.js'
import { causesOf, whereAndWhen } from './causes.js'
import { openCriticals } from './findings.js'
import { duration } from './numbers.js'
import { compressedNote, coverage, drillsNoticed, plural } from './phrases.js'
import { visible } from './visible.js'

export interface SummaryOptions {
  /** Whether the terminal shows colours. */
  readonly color: boolean
  /** Where the files were written, shown in the last line. */
  readonly directory?: string
}

type Paint = (style: string, text: string) => string

/** SGR parameters. */
const BOLD = '1'
const DIM = '2'
const STYLES: Readonly<Record<Verdict, string>> = { PASS: '32', FAIL: '1;31', INSUFFICIENT: '33', 'N-A': DIM }

const CSI = '\u001b['
const coloured: Paint = (style, text) => `${CSI}${style}m${text}${CSI}0m`
const plain: Paint = (_style, text) => text

function headLines(report: Report, paint: Paint): string[] {
  const { critical, warning, info, explained, drilled } = report.summary
  const counts = `${critical} critical, ${plural(warning, 'warning')}, ${info} info; ${explained} explained, ${drilled} drilled`
  const length = report.span.seconds === null ? 'unknown' : duration(report.span.seconds)
  const note = compressedNote(report)
  return [
    paint(BOLD, `Montana deep retrospective \u2014 ${report.date}`),
    `${paint(STYLES[report.verdict], report.verdict)}  ${visible(report.closing)}`,
    ...(note === null ? [] : [paint(STYLES.INSUFFICIENT, note)]),
    '',
    `Run       ${visible(report.run_id ?? 'not declared')}, span ${length}`,
    `Coverage  ${coverage(report) ?? 'not known'}`,
    `Findings  ${counts}`,
    `Drills    ${drillsNoticed(report)}`,
  ]
}

function rowLines(report: Report, paint: Paint): string[] {
  const width = report.rows.reduce((most, row) => Math.max(most, row.verdict.length), 0)
  return report.rows.map((row) => {
    const isFine = row.verdict === 'PASS' || row.verdict === 'N-A'
    const why = isFine || row.reasons[0] === undefined ? '' : paint(DIM, ` \u2014 ${visible(row.reasons[0])}`)
    return `  ${paint(STYLES[row.verdict], row.verdict.padEnd(width))}  ${visible(row.component)}${why}`
  })
}

function findingLines(report: Report, paint: Paint): string[] {
  return causesOf(openCriticals(report)).flatMap((cause) => {
    const { finding, explained } = cause
    const more = explained === 0 ? '' : paint(DIM, ` (explains ${plural(explained, 'other finding')})`)
    return [
      `  ${paint(STYLES.FAIL, finding.id)} ${visible(whereAndWhen(cause))}${more}`,
      `      ${visible(cause.text)}`,
      `      Remedy: ${visible(finding.remedy)}`,
    ]
  })
}

/** What a terminal shows of a report: verdict, rows, open critical findings, and where the rest is. Ends with a line break. */
export function renderSummary(report: Report, options: SummaryOptions): string {
  const paint = options.color ? coloured : plain
  const findings = findingLines(report, paint)
  const lines = [
    ...headLines(report, paint),
    ...['', paint(BOLD, 'Rows'), ...rowLines(report, paint)],
    ...(findings.length === 0 ? [] : ['', paint(BOLD, 'Open critical findings'), ...findings]),
    ...(options.directory === undefined ? [] : ['', `Report: ${visible(options.directory)}`]),
  ]
  return `${lines.join('\n')}\n`
}
