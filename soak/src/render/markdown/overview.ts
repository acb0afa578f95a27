import type { Report } from '../../report/schema.js'
import type { FindingGroup } from '../document.js'
import { escapeMarkdown } from '../escape.js'
import { type Overview, overviewOf } from '../overview.js'
import { cell, known, right, text } from '../parts.js'
import { period, place, plural } from '../phrases.js'
import { tableMarkdown } from './table.js'

function verdictLine(report: Report, overview: Overview): string {
  const note = overview.compressed === null ? '' : `\n\n> **${escapeMarkdown(overview.compressed)}**`
  return `**Verdict: ${report.verdict}** \u2014 ${escapeMarkdown(report.closing)}${note}`
}

function factTables(report: Report, overview: Overview): string {
  const { critical, warning, info, explained, drilled } = report.summary
  const counts = ['Critical', 'Warning', 'Info', 'Explained', 'Drilled'].map(right)
  const numbers = [critical, warning, info, explained, drilled].map((count) => cell(text(String(count))))
  const facts = overview.facts.map((fact) => [
    cell(text(fact.name)),
    known(fact.value, (value) => value),
    cell(text(fact.detail ?? '')),
  ])
  const columns = ['What', 'Value', 'Detail'].map((title) => ({ title, align: 'left' as const }))
  return `${tableMarkdown(counts, [numbers])}\n\n${tableMarkdown(columns, facts)}`
}

function causeLine({ root, explained }: FindingGroup): string {
  const time = period(root.from, root.to)
  const where = `${escapeMarkdown(place(root))}${time === null ? '' : `, ${time}`}`
  const more = explained.length === 0 ? '' : ` It explains ${plural(explained.length, 'other finding')}.`
  const what = `${escapeMarkdown(root.text)} **Remedy:** ${escapeMarkdown(root.remedy)}${more}`
  return `- **${escapeMarkdown(root.id)}** (${where}): ${what}`
}

function failureLines(overview: Overview): string {
  const causes = overview.causes.map(causeLine)
  const more = overview.moreCauses > 0 ? [`- and ${overview.moreCauses} more in section 8`] : []
  const rows = overview.failing.map((row) => {
    return `- ${escapeMarkdown(row.component)}: **${row.verdict}** \u2014 ${escapeMarkdown(row.reasons[0] ?? '')}`
  })
  const lines = [...causes, ...more, ...rows]
  return lines.length === 0 ? 'No open critical finding; no row failed.' : lines.join('\n')
}

export function overviewMarkdown(report: Report): string {
  const overview = overviewOf(report)
  const title = `# ${escapeMarkdown(overview.title)}\n\n${escapeMarkdown(overview.generated)}`
  const failed = `### What failed and why\n\n${failureLines(overview)}`
  return [title, verdictLine(report, overview), factTables(report, overview), failed].join('\n\n')
}
