import type { Report } from '../../report/schema.js'
import type { Cell, Inline, Section } from '../document.js'
import { duration, fixed } from '../numbers.js'
import { absent, cell, known, left, muted, number, paragraph, right, shortHash, strong, table, text } from '../parts.js'
import { chart } from './chart.js'

type Row = Report['convergence']['rows'][number]

const COLUMNS = [
  ...[left('Node'), right('Window'), right('Lag'), left('Header hash'), left('State root'), left('Agrees')],
  ...[right('Max lag'), right('Longest stall')],
]

const AGREES: Readonly<Record<Row['agrees'], Inline>> = {
  yes: text('yes'),
  no: strong('NO'),
  unknown: muted('unknown'),
}

function convergenceRow(row: Row): Cell[] {
  return [
    cell(text(row.label)),
    number(row.window),
    number(row.lag),
    shortHash(row.header_hash, 'not known at the common window'),
    shortHash(row.state_root, 'not known at the common window'),
    cell(AGREES[row.agrees]),
    number(row.max_lag),
    known(row.longest_stall_s, duration),
  ]
}

export function convergenceSection(report: Report): Section {
  const { common_window, skew_ms, rows } = report.convergence
  const skew = skew_ms === null ? absent() : text(`${fixed(skew_ms, 0)} ms`)
  const lead = paragraph(
    text(
      'Lag = (head window) \u2212 (window of the node), at one instant; positive means behind, at most 1 is expected. ',
    ),
    text('Hashes are those at the common window '),
    common_window === null ? absent() : strong(String(common_window)),
    text('; skew of the snapshot '),
    skew,
    text('.'),
  )
  const blocks = [
    lead,
    ...chart(
      report,
      'lag',
      'Lag behind the head',
      'Windows behind the highest cemented window of the poll; a break is a time without measurement.',
    ),
    table('Convergence', COLUMNS, rows.map(convergenceRow)),
  ]
  return { number: 3, title: 'Consensus state convergence', blocks }
}
