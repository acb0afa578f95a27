import { concatBytes } from '@montana/foundation'
import { HASH_BYTES } from '../constants.js'
import type { Engine } from '../engine.js'
import { startAdvance, startVerify } from './chains.js'
import { startHashSubtree } from './hash-subtree.js'
import { assertTreeOrder, fold, leaf, node, sha256, subtree } from './merkle.js'
import { pieces } from './pieces.js'
import { startWorker } from './worker-job.js'

/** Everything the addon does, in TypeScript: the fallback, and the judge in tests. Its clock never blocks the event loop. */
export const referenceEngine: Engine = {
  name: 'typescript',
  // Accepted so that a caller need not ask which backend it has; every chain runs alone here.
  lanes: [1, 2, 4],
  startClock: (seed, steps, segments, reportMs, callback) =>
    startWorker({ kind: 'clock', seed: Uint8Array.from(seed), steps, segments, reportMs }, callback),
  startVerify: (starts, ends, steps, threads, _lanes, callback) => startVerify(starts, ends, steps, threads, callback),
  startAdvance: (starts, steps, threads, _lanes, callback) => startAdvance(starts, steps, threads, callback),
  startHashSubtree: (keys, records, recordBytes, height, _threads, callback) =>
    startHashSubtree({ keys, records, recordBytes, height }, callback),
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
