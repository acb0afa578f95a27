import type { ShownReport } from '../bench.js'
import type { SyncRow } from './rows.js'

const MIB = 2 ** 20

/** One block per size, then growth and notes. */
export function renderSyncReport({ rows, ratios, notes }: ShownReport): string {
  const blocks = (rows as readonly SyncRow[]).map(renderRow)
  const { growth } = ratios
  const grown = growth === undefined ? [] : [`growth of seconds ÷ growth of accounts  ${growth.toFixed(2)}`, '']
  return `${[...blocks.flatMap((block) => [block, '']), ...grown, ...notes].join('\n')}\n`
}

function renderRow(row: SyncRow): string {
  const lines = [...joinLines(row), replayLine(row), ...row.findings.map((finding) => ['finding', finding] as const)]
  return [`${row.accounts} accounts`, ...lines.map(([name, text]) => `  ${name.padEnd(18)}${text}`)].join('\n')
}

type Line = readonly [name: string, text: string]

function joinLines(row: SyncRow): Line[] {
  const { seconds, tableSeconds, installSeconds, loopDelayP99Ms, loopDelayMaxMs } = row
  const rate = mib(row.bytes / tableSeconds)
  const parts = `tables ${tableSeconds.toFixed(1)} s, switch-over ${installSeconds.toFixed(2)} s`
  const away = `main thread away ${loopDelayP99Ms.toFixed(0)} ms (p99), ${loopDelayMaxMs.toFixed(0)} ms at most`
  return [
    ['join', `${seconds.toFixed(1)} s, of which ${parts}`],
    ['bytes of records', `${mib(row.bytes)}, ${rate}/s, fetched in vain ${mib(row.wastedBytes)}`],
    ['proofs verified', `${row.proofs}, for ${row.records} records, by peer ${row.chunksByPeer.join(' ')}`],
    ['peak memory', `${mib(row.peakRssBytes)} resident`],
    ['processor', `${row.cpuSeconds.toFixed(1)} s, the servers ${row.serversCpuSeconds.toFixed(1)} s; ${away}`],
  ]
}

function replayLine({ replayWindows, replaySeconds, replayFullSeconds }: SyncRow): Line {
  const full = `${replayFullSeconds.toFixed(0)} s with the clock checked`
  const quorum = `${replaySeconds.toFixed(0)} s with the clock taken from the quorum`
  return ['replay instead', `${replayWindows} windows at least: ${full}, ${quorum}`]
}

function mib(bytes: number): string {
  return `${(bytes / MIB).toFixed(1)} MiB`
}
