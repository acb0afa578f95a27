import { expect, it } from 'vitest'
import { nodeCodec, Table } from '../src/index.js'
import { hex, node, randomKeys } from './helpers.js'

/** Few keys of 2 KB are as good as many: the leaf is hashed once, the path 256 times. */
it('the root of 100 000 records after one change against a full rebuild', { timeout: 600_000 }, () => {
  const records = randomKeys(100_000).map((key) => node(key))
  const timed = <T>(work: () => T): [T, number] => {
    const start = process.hrtime.bigint()
    return [work(), Number(process.hrtime.bigint() - start) / 1e6]
  }
  const table = Table.fromRecords(nodeCodec, records)
  const [, fullMs] = timed(() => table.root())
  const samples = records.slice(0, 200).map((record) => {
    const [, ms] = timed(() => table.set({ ...record, chainLength: 2 }).root())
    return ms
  })
  const oneMs = samples.sort((a, b) => a - b)[100] ?? 0
  process.stdout.write(`full rebuild ${fullMs.toFixed(0)} ms, one change ${oneMs.toFixed(3)} ms (median of 200), `)
  process.stdout.write(`ratio ${(fullMs / oneMs).toFixed(0)}\n`)
  expect(hex(table.set({ ...(records[0] ?? node(new Uint8Array(32))) }).root())).toBe(hex(table.root()))
  expect(fullMs / oneMs).toBeGreaterThan(1000)
})
