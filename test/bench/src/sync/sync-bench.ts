import type { Bench, BenchOptions, BenchReport } from '../bench.js'
import { measureDisk } from '../bounds/disk.js'
import { loopbackBytesPerSecond } from '../bounds/loopback.js'
import { machine, machineNotes } from '../machine.js'
import { syncBounds, syncFigures } from './figures.js'
import { measureJoin } from './measure-join.js'
import { renderSyncReport } from './render.js'
import { historyWindows, replayRates } from './replay-rate.js'
import type { SyncRow } from './rows.js'
import { syncTables } from './tables.js'

const ACCOUNTS = 100_000
const LONG_ACCOUNTS = 1_000_000

export const syncBench: Bench = {
  name: 'sync',
  summary: 'a join by snapshot from four servers, against the replay of the same history',
  flags: ['accounts', 'long'],
  run: runSyncBench,
  render: renderSyncReport,
  tables: syncTables,
}

async function runSyncBench({ accounts, long, progress }: BenchOptions): Promise<BenchReport> {
  const host = machine()
  progress('replaying a history')
  const replayed = await replayRates()
  const rows: SyncRow[] = []
  for (const size of accounts ?? (long ? [ACCOUNTS, LONG_ACCOUNTS] : [ACCOUNTS])) {
    const windows = historyWindows(size)
    const seconds = { replaySeconds: windows / replayed.quorum, replayFullSeconds: windows / replayed.full }
    rows.push({ accounts: size, ...(await measureJoin(size, progress)), replayWindows: windows, ...seconds })
  }
  const [where, ...warnings] = machineNotes(host, 1)
  return {
    bench: 'sync',
    ...host,
    windowsPerSecond: replayed,
    rows,
    ratios: ratiosOf(rows),
    figures: syncFigures(rows),
    bounds: syncBounds(rows, await loopbackBytesPerSecond(), measureDisk()),
    peers: [],
    notes: [where, ...warnings],
  }
}

/** 1 = seconds grow as the accounts do, below 1 = more slowly. */
function ratiosOf(rows: readonly SyncRow[]): Record<string, number> {
  const [small, large] = [rows[0], rows.at(-1)]
  const ratios = Object.fromEntries(
    rows.map(({ accounts, seconds, replayFullSeconds }) => [`replayToJoin${accounts}`, replayFullSeconds / seconds]),
  )
  if (!small || !large || small === large) return ratios
  return { ...ratios, growth: large.seconds / small.seconds / (large.accounts / small.accounts) }
}
