import type { BenchReport, Table } from '../bench.js'
import type { Group, MirrorRow } from './rows.js'

const GROUPS: readonly Group[] = ['hook', 'no-op sync', 'first push']
const COLUMNS = ['What', 'ms, median', 'fastest', 'slowest', 'rounds']

export function mirrorTables({ rows }: Pick<BenchReport, 'rows'>): Table[] {
  const measured = rows as readonly MirrorRow[]
  return GROUPS.map((group) =>
    tableOf(
      group,
      measured.filter((row) => row.group === group),
    ),
  )
}

function tableOf(group: Group, rows: readonly MirrorRow[]): Table {
  const longest = Math.max(...rows.map(({ medianMs }) => medianMs))
  return {
    caption: `Time of a ${group}`,
    columns: COLUMNS,
    rows: rows.map(({ name, medianMs, fastestMs, slowestMs, rounds }) => ({
      cells: [name, medianMs.toFixed(1), fastestMs.toFixed(1), slowestMs.toFixed(1), String(rounds)],
      bar: medianMs / longest,
    })),
  }
}
