import { concatBytes } from '@montana/foundation'
import { HASH_BYTES } from '../constants.js'
import type { EngineJob, JobCallback } from '../engine.js'
import { assertTreeOrder, bit, empty, fold, leaf, node } from './merkle.js'
import { pieces } from './pieces.js'

/** How long a slice may hold the event loop. */
const SLICE_MS = 5

export interface HashWork {
  keys: Uint8Array
  records: Uint8Array
  recordBytes: number
  height: number
}

/** Hashes in slices on this thread; nobody waits for the event loop longer than one of them. */
export function startHashSubtree(work: HashWork, callback: JobCallback): EngineJob {
  const keys = pieces(Uint8Array.from(work.keys), HASH_BYTES)
  assertTreeOrder(keys, work.height)
  const records = pieces(Uint8Array.from(work.records), work.recordBytes)
  const begin = performance.now()
  const steps = hashing(keys, records, work.height)
  let cancelled = false
  const slice = () => {
    if (cancelled) return callback('cancelled', 0)
    const result = advance(steps)
    if (result) callback('done', performance.now() - begin, result)
    else setImmediate(slice)
  }
  setImmediate(slice)
  return {
    cancel() {
      cancelled = true
    },
  }
}

function advance(steps: Generator<void, Uint8Array>): Uint8Array | undefined {
  const until = performance.now() + SLICE_MS
  do {
    const step = steps.next()
    if (step.done) return step.value
  } while (performance.now() < until)
  return undefined
}

function* hashing(keys: readonly Uint8Array[], records: readonly Uint8Array[], height: number) {
  const leaves: Uint8Array[] = []
  for (const record of records) {
    leaves.push(leaf(record))
    yield
  }
  const root = yield* subtreeInSteps(keys, leaves, height)
  return concatBytes(root, ...leaves)
}

function* subtreeInSteps(
  keys: readonly Uint8Array[],
  leaves: readonly Uint8Array[],
  height: number,
): Generator<void, Uint8Array> {
  yield
  const [key, ...others] = keys
  if (key === undefined) return empty(height)
  if (others.length === 0) return fold(key, leaves[0] as Uint8Array, 0, height)
  const right = keys.findIndex((candidate) => bit(candidate, height - 1) === 1)
  const middle = right < 0 ? keys.length : right
  const left = yield* subtreeInSteps(keys.slice(0, middle), leaves.slice(0, middle), height - 1)
  return node(left, yield* subtreeInSteps(keys.slice(middle), leaves.slice(middle), height - 1))
}
