import { expect, it } from 'vitest'
import { renderSyncReport } from './src/sync/render.js'
import { historyWindows } from './src/sync/replay-rate.js'
import type { SyncRow } from './src/sync/rows.js'

const ROW: SyncRow = {
  accounts: 100_000,
  window: 256,
  seconds: 80,
  tableSeconds: 75,
  installSeconds: 0.5,
  peakRssBytes: 200 * 2 ** 20,
  bytes: 150 * 2 ** 20,
  wastedBytes: 0,
  proofs: 4096,
  records: 100_008,
  cpuSeconds: 20,
  serversCpuSeconds: 30,
  loopDelayMaxMs: 90,
  loopDelayP99Ms: 20,
  chunksByPeer: [1024, 1024],
  findings: [],
  refuted: [],
  replayWindows: historyWindows(100_000),
  replaySeconds: 20,
  replayFullSeconds: 200,
}

it('the shortest history registers 32 accounts in every window', () => {
  expect([1, 32, 33, 1_000_000].map(historyWindows)).toEqual([1, 1, 2, 31_250])
})

it('the table of a join says what it took and what a replay would', () => {
  const found = { ...ROW, findings: ['PROOF_INVALID: a chunk'] }
  const text = renderSyncReport({ rows: [ROW, found], ratios: { growth: 0.5 }, notes: ['a note'] })
  expect(text).toMatch(/^100000 accounts\n {2}join {14}80\.0 s, of which tables 75\.0 s, switch-over 0\.50 s$/m)
  expect(text).toMatch(/^ {2}bytes of records {2}150\.0 MiB, 2\.0 MiB\/s, fetched in vain 0\.0 MiB$/m)
  expect(text).toMatch(/^ {2}peak memory {7}200\.0 MiB resident$/m)
  expect(text).toMatch(/replay instead +3125 windows at least: 200 s with the clock checked, 20 s/)
  expect(text).toMatch(/finding +PROOF_INVALID: a chunk/)
  expect(text).toMatch(/growth of accounts +0\.50\n\na note\n$/)
})
