import { bytesEqual } from '@montana/foundation'
import { HASH_BYTES } from '../constants.js'
import type { EngineJob, JobCallback } from '../engine.js'
import type { ChainItem } from './jobs.js'
import { pieces } from './pieces.js'
import { startWorker } from './worker-job.js'

export function startVerify(
  starts: Uint8Array,
  ends: Uint8Array,
  steps: Float64Array,
  threads: number,
  callback: JobCallback,
): EngineJob {
  const expected = pieces(Uint8Array.from(ends), HASH_BYTES)
  return startAdvance(starts, steps, threads, (kind, ms, bytes) => {
    if (kind !== 'done' || !bytes) return callback(kind, ms, bytes)
    const arrived = pieces(bytes, HASH_BYTES)
    const verdicts = expected.map((end, i) => (bytesEqual(end, arrived[i] ?? new Uint8Array()) ? 1 : 0))
    callback(kind, ms, Uint8Array.from(verdicts))
  })
}

/** Deals the chains out to workers; the last one to end reports for all. */
export function startAdvance(
  starts: Uint8Array,
  steps: Float64Array,
  threads: number,
  callback: JobCallback,
): EngineJob {
  const items = chainItems(starts, steps)
  const count = Math.max(1, Math.min(threads, items.length))
  const hands = Array.from({ length: count }, (_, hand) => items.filter(({ index }) => index % count === hand))
  const arrived = new Uint8Array(starts.length)
  const begin = performance.now()
  const put = (end: Uint8Array, item: ChainItem | undefined) => item && arrived.set(end, item.index * HASH_BYTES)
  let pending = count
  let outcome = 'done'
  const workers = hands.map((hand) =>
    startWorker({ kind: 'advance', chains: hand }, (kind, _ms, bytes) => {
      if (kind !== 'done') outcome = kind
      else for (const [i, end] of pieces(bytes ?? new Uint8Array(), HASH_BYTES).entries()) put(end, hand[i])
      pending -= 1
      if (pending === 0) callback(outcome, performance.now() - begin, arrived)
    }),
  )
  return { cancel: () => workers.forEach((worker) => void worker.cancel()) }
}

function chainItems(starts: Uint8Array, steps: Float64Array): ChainItem[] {
  const from = pieces(Uint8Array.from(starts), HASH_BYTES)
  return from.map((start, index) => ({ index, start, steps: steps[index] ?? 0 }))
}
