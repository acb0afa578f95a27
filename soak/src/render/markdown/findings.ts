import type { Finding } from '../../report/schema.js'
import type { Cell, FindingGroup, Inline } from '../document.js'
import { absent, cell, code, left, text } from '../parts.js'
import { againstThreshold, period, place } from '../phrases.js'
import { tableMarkdown } from './table.js'

const COLUMNS = [
  ...['Finding', 'Severity', 'Where', 'From\u2013to', 'Value against threshold', 'What', 'Remedy', 'Evidence', 'Cause'],
].map(left)

function optional(value: string | null, reason: string): Inline {
  return value === null ? absent(reason) : text(value)
}

function findingRow(finding: Finding, isExplained: boolean): Cell[] {
  const cause = finding.explained_by
  return [
    [[text(`${isExplained ? '\u21b3 ' : ''}${finding.id}`)], [code(finding.key)]],
    cell({ kind: 'severity', severity: finding.severity }),
    cell(text(place(finding))),
    cell(optional(period(finding.from, finding.to), 'no time')),
    cell(optional(againstThreshold(finding), 'no figure')),
    cell(text(finding.text)),
    cell(text(finding.remedy)),
    finding.evidence.length === 0 ? cell(absent('none')) : finding.evidence.map((id) => [code(id)]),
    cell(cause === null ? absent('itself') : code(cause)),
  ]
}

/** Causes and, marked by an arrow, what they explain. */
export function findingsMarkdown(groups: readonly FindingGroup[]): string {
  const rows = groups.flatMap((group) => [
    findingRow(group.root, false),
    ...group.explained.map((finding) => findingRow(finding, true)),
  ])
  return tableMarkdown(COLUMNS, rows)
}
