import type { Report } from '../../report/schema.js'
import type { Block, Cell, Section } from '../document.js'
import { brief, duration } from '../numbers.js'
import {
  absent,
  cell,
  code,
  heading,
  known,
  left,
  moment,
  number,
  paragraph,
  right,
  strong,
  table,
  text,
} from '../parts.js'
import { period } from '../phrases.js'

const COLUMNS = [left('File'), left('Kind'), right('Lines'), left('From'), left('To'), left('SHA-256')]

function inputRow(input: Report['inputs'][number]): Cell[] {
  const none = 'the file has none'
  return [
    cell(code(input.file)),
    cell(text(input.kind)),
    number(input.lines, none),
    moment(input.from, none),
    moment(input.to, none),
    cell(code(input.sha256)),
  ]
}

function runTable(report: Report): Block {
  const { span, thresholds } = report
  const undeclared = 'no run was declared'
  return table(
    'Run',
    [left('What'), left('Value')],
    [
      [cell(text('Run')), known(report.run_id, (id) => id, undeclared)],
      [cell(text('Span')), known(period(span.from, span.to), (v) => v, 'the inputs carry no times')],
      [cell(text('Length')), known(span.seconds, duration, 'the inputs carry no times')],
      [cell(text('Time scale')), cell(text(brief(report.time_scale)))],
      [
        cell(text('Configuration hash')),
        cell(report.config_sha256 === null ? absent(undeclared) : code(report.config_sha256)),
      ],
      [cell(text('Thresholds')), [[text(thresholds.version)], [code(thresholds.sha256)]]],
    ],
  )
}

function unknownList(report: Report): Block[] {
  if (report.unknown.length === 0) return []
  return [
    heading('What the inputs could not tell'),
    { kind: 'list', items: report.unknown.map((item) => [text(item)]) },
  ]
}

export function inputsSection(report: Report): Section {
  const lead = paragraph(
    text('Everything below is computed from these files. '),
    strong(`${report.inputs.length} inputs`),
    text('; run configuration and thresholds were fixed before the run. A dash, '),
    absent(),
    text(', marks what was not measured and is never a zero.'),
  )
  const files = table('Input files', COLUMNS, report.inputs.map(inputRow))
  return { number: 0, title: 'Inputs', blocks: [lead, files, runTable(report), ...unknownList(report)] }
}
