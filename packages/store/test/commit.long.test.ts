import { expect, it } from 'vitest'
import { openStore } from '../src/index.js'
import { digest, genesis, temporaryDirectory, windowCommit } from './helpers.js'

/** One window of four members: an envelope of 31 830 bytes, four node records, one account, one context. */
it('commit time of a window of four members', () => {
  const store = openStore({ dir: temporaryDirectory(), mode: 'write' })
  store.initialise(genesis)
  const changes = [0, 1, 2, 3].map((i) => ({
    table: 'node' as const,
    key: digest(`node ${i}`),
    record: new Uint8Array(2098),
  }))
  const account = { table: 'account' as const, key: digest('account'), record: new Uint8Array(2059) }
  const times = Array.from({ length: 2000 }, (_, i) => {
    const [envelope, context] = [new Uint8Array(31_830).fill(i), new Uint8Array(4500).fill(i)]
    const start = process.hrtime.bigint()
    store.commit(windowCommit(i + 1, { envelope, context, changes: [...changes, account] }))
    return Number(process.hrtime.bigint() - start) / 1e6
  }).sort((a, b) => a - b)
  const at = (share: number) => (times[Math.floor(times.length * share)] ?? 0).toFixed(2)
  process.stdout.write(`commit: median ${at(0.5)} ms, p99 ${at(0.99)} ms, max ${at(0.9999)} ms\n`)
  expect(store.head()?.window).toBe(2000)
  store.close()
})
