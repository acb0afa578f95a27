import type { BenchReport, Table } from '../bench.js'
import type { SyncRow } from './rows.js'

const MIB = 2 ** 20
const COLUMNS = [
  ...['Accounts', 'join, s', 'MiB resident, highest', 'MiB fetched', 'proofs', 'processor, s'],
  ...['servers, s', 'replay with the clock, s', 'replay by quorum, s'],
]

export function syncTables({ rows }: Pick<BenchReport, 'rows'>): Table[] {
  const measured = rows as readonly SyncRow[]
  const longest = Math.max(...measured.map(({ replayFullSeconds }) => replayFullSeconds))
  return [
    {
      caption: 'A join from four servers, and the replay of the shortest history with as many accounts',
      columns: COLUMNS,
      rows: measured.map((row) => ({ cells: cellsOf(row), bar: row.seconds / longest })),
    },
  ]
}

function cellsOf(row: SyncRow): string[] {
  return [
    row.accounts.toLocaleString('en'),
    row.seconds.toFixed(1),
    (row.peakRssBytes / MIB).toFixed(0),
    (row.bytes / MIB).toFixed(0),
    String(row.proofs),
    row.cpuSeconds.toFixed(1),
    row.serversCpuSeconds.toFixed(1),
    row.replayFullSeconds.toFixed(0),
    row.replaySeconds.toFixed(0),
  ]
}
