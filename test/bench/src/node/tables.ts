import type { BenchReport, Table } from '../bench.js'
import type { NodeRow } from './rows.js'

const MB = 1e6
const COLUMNS = ['Process', 'MB resident, median', 'MB, highest', 'loop delay p99, ms', 'windows', 'M steps/s']

export function nodeTables({ rows }: Pick<BenchReport, 'rows'>): Table[] {
  const measured = rows as readonly NodeRow[]
  const largest = Math.max(...measured.map(({ rssBytes }) => rssBytes))
  return [
    {
      caption: 'Memory and loop delay of one process',
      columns: COLUMNS,
      rows: measured.map((row) => ({ cells: cellsOf(row), bar: row.rssBytes / largest })),
    },
  ]
}

function cellsOf({ name, rssBytes, rssMaxBytes, loopDelayP99Ms, windows, stepsPerSecond }: NodeRow): string[] {
  const delay = loopDelayP99Ms === null ? '–' : loopDelayP99Ms.toFixed(1)
  const clock = stepsPerSecond === null ? '–' : (stepsPerSecond / 1e6).toFixed(1)
  return [name, (rssBytes / MB).toFixed(1), (rssMaxBytes / MB).toFixed(1), delay, String(windows), clock]
}
