import type { Report, VerdictRow } from '../../report/schema.js'
import type { Cell, Inline, Section } from '../document.js'
import { absent, cell, code, left, muted, paragraph, table, text } from '../parts.js'

const COLUMNS = [
  left('Component'),
  left('Verdict'),
  left('Claim'),
  left('Rests on'),
  left('Evidence'),
  left('Open findings'),
]

function lines(parts: readonly Inline[], none: string): Cell {
  return parts.length === 0 ? cell(absent(none)) : parts.map((part) => [part])
}

/** All but those that only repeat a finding of the row, of which the first is enough: the others are linked beside. */
export function ownReasons(row: VerdictRow): string[] {
  const isRepeated = (reason: string): boolean => row.findings.some((key) => reason.startsWith(`${key}: `))
  const first = row.reasons.find(isRepeated)
  return row.reasons.filter((reason) => reason === first || !isRepeated(reason))
}

function verdictRow(row: VerdictRow): Cell[] {
  return [
    cell(text(row.component)),
    cell({ kind: 'verdict', verdict: row.verdict }),
    cell(text(row.claim)),
    lines(ownReasons(row).map(text), 'nothing to add'),
    lines(row.evidence.map(code), 'no evidence'),
    lines(
      row.findings.map((key) => ({ kind: 'finding', key })),
      'no finding',
    ),
  ]
}

export function verdictSection(report: Report): Section {
  const closing = paragraph({ kind: 'verdict', verdict: report.verdict }, text(` ${report.closing}`))
  const rule = paragraph(
    muted(
      'PASS: all evidence present and within its thresholds. FAIL: contradicted. INSUFFICIENT: missing, untrusted or too short. N-A: declared absent before the run.',
    ),
  )
  return {
    number: 7,
    title: 'Verdict',
    blocks: [closing, table('Verdict by component', COLUMNS, report.rows.map(verdictRow)), rule],
  }
}
