import { concatBytes } from '@montana/foundation'
import { HASH_BYTES } from '../constants.js'
import type { Engine, EngineJob, JobCallback } from '../engine.js'
import type { VerifyItem } from './jobs.js'
import { assertTreeOrder, fold, leaf, node, sha256, subtree } from './merkle.js'
import { startWorker } from './worker-job.js'

/** Everything the addon does, in TypeScript: the fallback, and the judge in tests. Its clock never blocks the event loop. */
export const referenceEngine: Engine = {
  name: 'typescript',
  // Accepted so that a caller need not ask which backend it has; every chain runs alone here.
  lanes: [1, 2, 4],
  startClock: (seed, steps, segments, reportMs, callback) =>
    startWorker({ kind: 'clock', seed: Uint8Array.from(seed), steps, segments, reportMs }, callback),
  startVerify: (starts, ends, steps, threads, _lanes, callback) =>
    startVerify(verifyItems(starts, ends, steps), threads, callback),
  sha256Batch: (items, itemLength) => concatBytes(...pieces(items, itemLength).map(sha256)),
  merkleLeaf: leaf,
  merkleNode: node,
  merkleNodes(lefts, rights) {
    const siblings = pieces(rights, HASH_BYTES)
    return concatBytes(...pieces(lefts, HASH_BYTES).map((left, i) => node(left, siblings[i] as Uint8Array)))
  },
  merkleFold: fold,
  merkleSubtree(keys, leafHashes, height) {
    const list = pieces(keys, HASH_BYTES)
    assertTreeOrder(list, height)
    return Uint8Array.from(subtree(list, pieces(leafHashes, HASH_BYTES), height))
  },
}

function pieces(bytes: Uint8Array, length: number): Uint8Array[] {
  return Array.from({ length: bytes.length / length }, (_, i) => bytes.subarray(i * length, (i + 1) * length))
}

function verifyItems(starts: Uint8Array, ends: Uint8Array, steps: Float64Array): VerifyItem[] {
  const [from, to] = [pieces(Uint8Array.from(starts), HASH_BYTES), pieces(Uint8Array.from(ends), HASH_BYTES)]
  return Array.from(steps, (count, index) => {
    return { index, start: from[index] as Uint8Array, end: to[index] as Uint8Array, steps: count }
  })
}

/** Deals the segments out to workers; the last one to end reports for all. */
function startVerify(items: readonly VerifyItem[], threads: number, callback: JobCallback): EngineJob {
  const count = Math.max(1, Math.min(threads, items.length))
  const hands = Array.from({ length: count }, (_, hand) => items.filter(({ index }) => index % count === hand))
  const verdicts = new Uint8Array(items.length)
  const begin = performance.now()
  let pending = count
  let outcome = 'done'
  const workers = hands.map((hand) =>
    startWorker({ kind: 'verify', segments: hand }, (kind, _ms, bytes) => {
      if (kind !== 'done') outcome = kind
      for (const [i, { index }] of hand.entries()) verdicts[index] = bytes?.[i] ?? 0
      pending -= 1
      if (pending === 0) callback(outcome, performance.now() - begin, verdicts)
    }),
  )
  return {
    cancel: () =>
      workers.forEach((worker) => {
        worker.cancel()
      }),
  }
}
