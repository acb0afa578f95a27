import type { Report } from '../../report/schema.js'
import type { Block, Cell, Section } from '../document.js'
import { cell, code, heading, left, moment, muted, number, paragraph, right, table, text } from '../parts.js'
import { plural } from '../phrases.js'

type Errors = Report['errors'][number]

const COLUMNS = [
  ...[right('Count'), left('Unit'), left('Code'), right('Priority'), left('First'), left('Last'), left('Sample')],
]

function entryRow(entry: Errors['entries'][number]): Cell[] {
  const untimed = 'the source has no times'
  return [
    cell(text(String(entry.count))),
    cell(entry.unit === null ? muted('unattributed') : text(entry.unit)),
    cell(code(entry.code)),
    number(entry.priority, 'the source has none'),
    moment(entry.first, untimed),
    moment(entry.last, untimed),
    cell(code(entry.sample)),
  ]
}

function otherRow(other: number): Cell[][] {
  if (other === 0) return []
  const none = cell(text(''))
  return [[cell(text(String(other))), cell(muted('other')), none, none, none, none, none]]
}

function nodeBlocks(errors: Errors): Block[] {
  const rows = [...errors.entries.map(entryRow), ...otherRow(errors.other)]
  const caption = `Warnings and errors of ${errors.label}`
  return [heading(errors.label), paragraph(muted(plural(errors.total, 'line'))), table(caption, COLUMNS, rows)]
}

export function errorsSection(report: Report): Section {
  const none = paragraph(muted('No log digest was among the inputs.'))
  const blocks = report.errors.length === 0 ? [none] : report.errors.flatMap(nodeBlocks)
  return { number: 5, title: 'Frequent error and warning lines', blocks }
}
