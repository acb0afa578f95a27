import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import { expect, it, onTestFinished } from 'vitest'
import { text, windowCommit } from '../helpers.js'
import { keyOf, newStore } from './support.js'

const WINDOWS = 120
const KEYS = 7

it('a worker thread reads each anchor whole while windows are committed, pruned and reclaimed', async () => {
  const store = newStore(1)
  const stop = new Int32Array(new SharedArrayBuffer(4))
  const path = new URL('../children/anchor-reader.mjs', import.meta.url)
  const worker = new Worker(path, { workerData: { dir: store.dir, stop: stop.buffer } })
  onTestFinished(async () => {
    await worker.terminate()
  })
  await once(worker, 'message')
  for (let window = 2; window < WINDOWS; window++) {
    const places = [0, 1 + (window % KEYS)]
    const changes = places.map((place) => ({ table: 'account' as const, key: keyOf(place), record: text(`${window}`) }))
    if (window === 2) changes.push({ table: 'account', key: windowKey(store.table('account')), record: text('2') })
    store.commit(windowCommit(window, { changes, freeze: window % 10 === 0 }))
    store.anchors.prune((anchors) => anchors.slice(0, -2).map((anchor) => anchor.window))
    store.reclaim(3)
    await new Promise((resolve) => setTimeout(resolve, 1))
  }
  Atomics.store(stop, 0, 1)
  const [{ reads, faults }] = (await once(worker, 'message')) as [{ reads: number; faults: unknown[] }]
  expect(faults).toEqual([])
  expect(reads).toBeGreaterThan(10)
})

/** The one key that window 1 wrote: its record is no number and is replaced. */
function windowKey(table: ReturnType<ReturnType<typeof newStore>['table']>): Uint8Array {
  const [leaf] = table.leaves(new Uint8Array(32), new Uint8Array(32).fill(0xff))
  if (leaf === undefined) throw new Error('window 1 wrote a record')
  return leaf.key
}
