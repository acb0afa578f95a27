import type { Report } from '../../report/schema.js'
import type { Block, Cell, Section } from '../document.js'
import { percent } from '../numbers.js'
import {
  absent,
  cell,
  code,
  cutTable,
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
import { chart } from './chart.js'

/** No reader goes through more by eye; report.json has all. */
const LIST_LIMIT = 40

const COUNTS = [
  left('Records'),
  ...['Expected', 'Valid', 'Missing', 'Corrupt', 'Duplicate', 'Late', 'Repaired', 'Coverage'].map(right),
]

type Soak = Report['soak']

function countsTable(soak: Soak): Block {
  const counts = [soak.expected, soak.valid, soak.missing, soak.corrupt, soak.duplicate, soak.late, soak.repaired]
  const unknown = 'nothing says how many polls were expected'
  const row = [
    cell(text('polls')),
    ...counts.map((value) => number(value, unknown)),
    known(soak.coverage, percent, unknown),
  ]
  return table('Polls of the run', COUNTS, [row])
}

function chainLine(soak: Soak): Block {
  if (soak.last_seq === null || soak.last_sha256 === null)
    return paragraph(text('Chain head: '), absent('the file has no chain'))
  return paragraph(
    text('Chain head: record '),
    strong(String(soak.last_seq)),
    text(', SHA-256 '),
    code(soak.last_sha256),
  )
}

function gapBlocks(soak: Soak): Block[] {
  const columns = [left('From'), left('To'), right('Missing polls')]
  const rows = soak.gaps.map((gap) => [moment(gap.from), moment(gap.to), number(gap.missing)])
  return cutTable('Gaps', columns, rows, LIST_LIMIT)
}

function defectBlocks(soak: Soak): Block[] {
  const columns = [left('File'), right('Line'), right('Record'), left('Defect')]
  const rows = soak.defects.map((defect): Cell[] => {
    return [
      cell(code(defect.file)),
      number(defect.line, 'the whole file'),
      number(defect.seq, 'not known'),
      cell(text(defect.kind)),
    ]
  })
  return cutTable('Defects of the files', columns, rows, LIST_LIMIT)
}

function lastTable(soak: Soak): Block {
  const columns = [right('Record'), left('Time'), right('Head'), right('Reachable'), right('Max lag')]
  const rows = soak.last.map((poll) => [
    number(poll.seq),
    moment(poll.ts),
    number(poll.head),
    cell(text(`${poll.reachable} of ${poll.nodes}`)),
    number(poll.max_lag),
  ])
  return table('Last records', columns, rows)
}

export function soakSection(report: Report): Section {
  const { soak } = report
  const blocks = [
    countsTable(soak),
    ...chart(
      report,
      'coverage',
      'Coverage',
      'Full height: every poll reached the node; lower: only some; hatched: none. An empty frame was never polled.',
    ),
    ...chart(report, 'restarts', 'Restarts', 'Process instances ended and started again.'),
    chainLine(soak),
    ...gapBlocks(soak),
    ...defectBlocks(soak),
    lastTable(soak),
  ]
  return { number: 6, title: 'Soak watchdog', blocks }
}
