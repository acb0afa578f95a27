import type { ShownReport } from '../bench.js'
import { humanName, times } from '../table.js'
import type { Percentiles, TransportRow } from './rows.js'

const KIB = 1024
const HEADER = [
  ...['profile', 'backend', 'first byte at 60 ms', 'round trips', 'cpu I p50/p99 ms', 'cpu R p50/p99 ms', 'MB/s'],
  'KiB per connection I/R',
]

/** A line per contender, then ratios, then notes. */
export function renderTransportReport(report: ShownReport): string {
  const rows = [HEADER, ...(report.rows as readonly TransportRow[]).map(cells)]
  const widths = HEADER.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)))
  const lines = rows.map((row) => row.map((cell, column) => cell.padStart(widths[column] ?? 0)).join('  '))
  const ratios = Object.entries(report.ratios).map(([name, ratio]) => `${humanName(name).padEnd(28)}${times(ratio)}`)
  return `${[...lines, '', ...ratios, '', ...report.notes].join('\n')}\n`
}

function cells(row: TransportRow): string[] {
  const { initiator, responder } = row.handshakeCpuMs
  const { dialled, accepted } = row.rssPerConnection
  return [
    row.stack,
    row.stack === 'stock' ? '-' : row.backend,
    `${row.firstByteMs.toFixed(1)} ms`,
    row.roundTrips.toFixed(2),
    pair(initiator),
    pair(responder),
    row.throughputMBps.toFixed(0),
    `${(dialled / KIB).toFixed(0)} / ${(accepted / KIB).toFixed(0)}`,
  ]
}

function pair({ p50, p99 }: Percentiles): string {
  return `${p50.toFixed(2)} / ${p99.toFixed(2)}`
}
