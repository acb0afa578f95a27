import type { BenchReport } from '../bench.js'
import type { SyncRow } from './rows.js'

const MIB = 2 ** 20

/** One block per size, then growth and notes. */
export function renderSyncReport({ rows, ratios, notes, windowsPerSecond }: BenchReport): string {
  const blocks = (rows as readonly SyncRow[]).map((row) => renderRow(row, Number(windowsPerSecond)))
  const growth =
    ratios.growth === undefined ? [] : [`growth of seconds ÷ growth of accounts  ${ratios.growth.toFixed(2)}`, '']
  return `${[...blocks.flatMap((block) => [block, '']), ...growth, ...notes].join('\n')}\n`
}

function renderRow(row: SyncRow, windowsPerSecond: number): string {
  const mib = (bytes: number) => `${(bytes / MIB).toFixed(1)} MiB`
  const rate = row.bytes / MIB / row.tableSeconds
  const lines: [string, string][] = [
    [
      'join',
      `${row.seconds.toFixed(1)} s, of which tables ${row.tableSeconds.toFixed(1)} s and switch-over ${row.installSeconds.toFixed(2)} s`,
    ],
    ['bytes of records', `${mib(row.bytes)}, ${rate.toFixed(1)} MiB/s, fetched in vain ${mib(row.wastedBytes)}`],
    ['proofs verified', `${row.proofs}, for ${row.records} records, by peer ${row.chunksByPeer.join(' ')}`],
    ['peak memory', `${mib(row.peakRssBytes)} resident`],
    [
      'processor',
      `${row.cpuSeconds.toFixed(1)} s; main thread away ${row.loopDelayP99Ms.toFixed(0)} ms (p99), ${row.loopDelayMaxMs.toFixed(0)} ms at most`,
    ],
    [
      'replay instead',
      `${row.replaySeconds.toFixed(0)} s for ${row.replayWindows} windows at ${windowsPerSecond.toFixed(0)} per second, without the clock`,
    ],
    ...row.findings.map((finding): [string, string] => ['finding', finding]),
  ]
  return [`${row.accounts} accounts`, ...lines.map(([name, text]) => `  ${name.padEnd(18)}${text}`)].join('\n')
}
