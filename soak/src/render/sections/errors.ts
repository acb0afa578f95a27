import type { Report } from '../../report/schema.js'
import type { Block, Cell, Section } from '../document.js'
import { cell, code, left, moment, muted, number, paragraph, right, strong, table, text } from '../parts.js'
import { plural } from '../phrases.js'

type Errors = Report['errors'][number]

const COLUMNS = [
  ...[left('Unit'), left('Code'), right('Priority'), right('Count'), left('First'), left('Last'), left('Sample')],
]

function entryRow(entry: Errors['entries'][number]): Cell[] {
  const untimed = 'the source has no times'
  return [
    cell(entry.unit === null ? muted('unattributed') : text(entry.unit)),
    cell(code(entry.code)),
    number(entry.priority, 'the source has none'),
    cell(text(String(entry.count))),
    moment(entry.first, untimed),
    moment(entry.last, untimed),
    cell(code(entry.sample)),
  ]
}

function otherRow(other: number): Cell[][] {
  if (other === 0) return []
  const none = cell(text(''))
  return [[cell(muted('other')), none, none, cell(text(String(other))), none, none, none]]
}

function nodeBlocks(errors: Errors): Block[] {
  if (errors.total === 0) return [paragraph(strong(errors.label), muted(': no warning and no error.'))]
  const rows = [...errors.entries.map(entryRow), ...otherRow(errors.other)]
  return [table(`${errors.label}: ${plural(errors.total, 'line')}`, COLUMNS, rows)]
}

export function errorsSection(report: Report): Section {
  const none = paragraph(muted('No log digest was among the inputs.'))
  const blocks = report.errors.length === 0 ? [none] : report.errors.flatMap(nodeBlocks)
  return { number: 5, title: 'Frequent error and warning lines', blocks }
}
