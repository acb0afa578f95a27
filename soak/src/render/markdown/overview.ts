import type { Report } from '../../report/schema.js'
import { type Cause, whereAndWhen } from '../causes.js'
import { escapeMarkdown } from '../escape.js'
import { type Overview, overviewOf } from '../overview.js'
import { cell, known, left, text } from '../parts.js'
import { plural } from '../phrases.js'
import { tableMarkdown } from './table.js'

function verdictLine(report: Report, overview: Overview): string {
  const note = overview.compressed === null ? '' : `\n\n> **${escapeMarkdown(overview.compressed)}**`
  return `**Verdict: ${report.verdict}** \u2014 ${escapeMarkdown(report.closing)}${note}`
}

function factTable(overview: Overview): string {
  const rows = overview.facts.map((fact) => [
    cell(text(fact.name)),
    known(fact.value, (value) => value),
    cell(text(fact.details.join('; '))),
  ])
  return tableMarkdown(['What', 'Value', 'Detail'].map(left), rows)
}

function causeLine(cause: Cause): string {
  const { finding, explained } = cause
  const more = explained === 0 ? '' : ` It explains ${plural(explained, 'other finding')}.`
  const what = `${escapeMarkdown(cause.text)} **Remedy:** ${escapeMarkdown(finding.remedy)}${more}`
  return `- **${escapeMarkdown(finding.id)}** (${escapeMarkdown(whereAndWhen(cause))}): ${what}`
}

function causeLines(overview: Overview): string[] {
  const more = overview.moreCauses > 0 ? [`- and ${overview.moreCauses} more in section 8`] : []
  return [...overview.causes.map(causeLine), ...more]
}

function rowLines(report: Report): string[] {
  const failing = report.rows.filter((row) => row.verdict === 'FAIL' || row.verdict === 'INSUFFICIENT')
  return failing.map((row) => {
    return `- ${escapeMarkdown(row.component)}: **${row.verdict}** \u2014 ${escapeMarkdown(row.reasons[0] ?? '')}`.trimEnd()
  })
}

export function overviewMarkdown(report: Report): string {
  const overview = overviewOf(report)
  const lines = [...causeLines(overview), ...rowLines(report)]
  return [
    `# ${escapeMarkdown(overview.title)}`,
    escapeMarkdown(overview.generated),
    verdictLine(report, overview),
    factTable(overview),
    `### ${overview.causesTitle}`,
    ...(lines.length === 0 ? [] : [lines.join('\n')]),
  ].join('\n\n')
}
