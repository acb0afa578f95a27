import type { Report } from '../../report/schema.js'
import type { Block, Cell, Section } from '../document.js'
import { duration, fixed } from '../numbers.js'
import {
  absent,
  cell,
  decimal,
  known,
  left,
  moment,
  muted,
  NOT_MEASURED,
  number,
  paragraph,
  right,
  shortHash,
  string,
  strong,
  table,
  text,
} from '../parts.js'

type Row = Report['state'][number]

const COLUMNS = [
  ...[left('Node'), left('Phase'), right('Window'), left('Up since'), right('Uptime'), right('Restarts')],
  ...[right('Load 1 min'), right('Peers'), right('Clock offset (ms)'), left('Build'), left('Manifest')],
]

function peersCell(row: Row, reason: string): Cell {
  if (row.peers_connected === null) return cell(absent(reason))
  const total = row.peers_total === null ? '' : ` of ${row.peers_total}`
  return cell(text(`${row.peers_connected}${total}`))
}

function clockCell(row: Row, reason: string): Cell {
  if (row.clock_offset_ms === null) return cell(absent(reason))
  const error = row.clock_error_ms === null ? 'error not measured' : `\u00b1 ${fixed(row.clock_error_ms, 0)}`
  return cell(text(fixed(row.clock_offset_ms, 0)), muted(` ${error}`))
}

function stateRow(row: Row): Cell[] {
  const reason = row.reachable ? NOT_MEASURED : 'unreachable in the last poll'
  const name = row.reachable ? [text(row.label)] : [text(row.label), strong(' unreachable')]
  return [
    [name],
    string(row.phase, reason),
    number(row.window, reason),
    moment(row.up_since, reason),
    known(row.uptime_s, duration, reason),
    number(row.restarts, reason),
    decimal(row.load1, 2, reason),
    peersCell(row, reason),
    clockCell(row, reason),
    cell(row.build === null ? absent(reason) : text(row.build)),
    shortHash(row.manifest_sha256, reason),
  ]
}

/** Being connected is not validating: spec operations 8. */
function phaseNote(report: Report): Block[] {
  const waiting = report.state.filter((row) => row.phase !== null && row.phase !== 'Active').map((row) => row.label)
  if (waiting.length === 0) return []
  const fact =
    ': connected is not validating. A node stays CandidateVdf for 20160 windows, about 14 days at 60 s, ' +
    'and then waits for a selection window, every 336.'
  return [paragraph(strong(`Not Active: ${waiting.join(', ')}`), text(fact))]
}

export function stateSection(report: Report): Section {
  const title = `Current state of all ${report.state.length} nodes`
  const lead = paragraph(text('As of the last poll; one snapshot. Times are UTC.'))
  return {
    number: 1,
    title,
    blocks: [lead, table('State of the nodes', COLUMNS, report.state.map(stateRow)), ...phaseNote(report)],
  }
}
