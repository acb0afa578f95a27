import { availableParallelism } from 'node:os'
import * as check from './checks.js'
import { HASH_BYTES, PROGRESS_EVERY_MS } from './constants.js'
import type { Engine, JobCallback } from './engine.js'
import { translated } from './errors.js'
import { runJob } from './job.js'
import type {
  AdvanceInit,
  BackendName,
  ClockInit,
  ClockRun,
  HashBackend,
  HashOptions,
  Lanes,
  SubtreeHashes,
  VerifyInit,
} from './types.js'

/** The public face of an engine: checks arguments, speaks promises and AbortSignal. */
export function createBackend(engine: Engine): HashBackend {
  const threads = availableParallelism()
  return {
    name: engine.name as BackendName,
    lanes: engine.lanes as readonly Lanes[],
    startClock: (init) => startClock(engine, init),
    verifySegments: (init) => verifySegments(engine, threads, init),
    advanceChains: (init) => advanceChains(engine, threads, init),
    sha256Batch(items, itemLength) {
      check.checkItems(items, itemLength)
      return engine.sha256Batch(items, itemLength)
    },
    merkleLeaf: (record) => engine.merkleLeaf(record),
    merkleNode(left, right) {
      check.checkHash(left, 'left')
      check.checkHash(right, 'right')
      return engine.merkleNode(left, right)
    },
    merkleNodes(lefts, rights) {
      check.checkBytes(rights, check.checkHashes(lefts, 'lefts') * HASH_BYTES, 'rights')
      return engine.merkleNodes(lefts, rights)
    },
    merkleFold(key, leafHash, fromLevel, toLevel) {
      check.checkHash(key, 'key')
      check.checkHash(leafHash, 'leafHash')
      check.checkLevel(fromLevel, 0, 'fromLevel')
      check.checkLevel(toLevel, fromLevel, 'toLevel')
      return engine.merkleFold(key, leafHash, fromLevel, toLevel)
    },
    merkleSubtree(keys, leafHashes, height) {
      check.checkBytes(leafHashes, check.checkHashes(keys, 'keys') * HASH_BYTES, 'leafHashes')
      check.checkLevel(height, 0, 'height')
      return translated(() => engine.merkleSubtree(keys, leafHashes, height, threads))
    },
    hashSubtree: (keys, records, recordBytes, height, options) =>
      hashSubtree(engine, { keys, records, recordBytes, height, threads, ...options }),
  }
}

interface HashInit extends HashOptions {
  keys: Uint8Array
  records: Uint8Array
  recordBytes: number
  height: number
  threads: number
}

async function hashSubtree(engine: Engine, init: HashInit): Promise<SubtreeHashes> {
  const { keys, records, recordBytes, height, threads, signal } = init
  check.checkRecords(records, recordBytes, check.checkHashes(keys, 'keys'))
  check.checkLevel(height, 0, 'height')
  check.checkThreads(threads)
  const start = (callback: JobCallback) =>
    engine.startHashSubtree(keys, records, recordBytes, height, threads, callback)
  const { bytes } = await runJob(start, { signal }).done
  return { root: bytes.subarray(0, HASH_BYTES), leaves: bytes.subarray(HASH_BYTES) }
}

function startClock(engine: Engine, init: ClockInit): ClockRun {
  const { seed, steps, checkpoints: segments = 1, onProgress, onCheckpoint, signal } = init
  check.checkHash(seed, 'seed')
  check.checkSteps(steps)
  check.checkCheckpoints(segments, steps)
  const checkpoints = new Uint8Array((segments - 1) * HASH_BYTES)
  const onEvent = (kind: string, value: number, bytes?: Uint8Array | null) => {
    if (kind === 'progress') return onProgress?.(value)
    if (!bytes) return
    checkpoints.set(bytes, (value - 1) * HASH_BYTES)
    onCheckpoint?.(value, bytes)
  }
  const reportMs = onProgress ? PROGRESS_EVERY_MS : 0
  const job = runJob((callback) => engine.startClock(seed, steps, segments, reportMs, callback), { signal, onEvent })
  const result = job.done.then(({ bytes, elapsedMs }) => ({ value: bytes, checkpoints, elapsedMs, steps }))
  result.catch(() => {})
  return { result, cancel: job.cancel }
}

async function verifySegments(engine: Engine, cores: number, init: VerifyInit): Promise<boolean[]> {
  const { starts, ends, signal } = init
  check.checkBytes(ends, init.steps.length * HASH_BYTES, 'ends')
  const { steps, threads, lanes } = checkedChains(engine, cores, init)
  const job = runJob((callback) => engine.startVerify(starts, ends, steps, threads, lanes, callback), { signal })
  const { bytes } = await job.done
  return Array.from(bytes, (verdict) => verdict === 1)
}

async function advanceChains(engine: Engine, cores: number, init: AdvanceInit): Promise<Uint8Array> {
  const { starts, signal } = init
  const { steps, threads, lanes } = checkedChains(engine, cores, init)
  const job = runJob((callback) => engine.startAdvance(starts, steps, threads, lanes, callback), { signal })
  return (await job.done).bytes
}

/** What both ways to run many chains have in common, as engines take it; lanes 0 leaves the choice to them. */
function checkedChains(engine: Engine, cores: number, { starts, steps, threads = cores, lanes }: AdvanceInit) {
  check.checkBytes(starts, steps.length * HASH_BYTES, 'starts')
  steps.forEach(check.checkSteps)
  check.checkThreads(threads)
  if (lanes !== undefined) check.checkLanes(lanes, engine.lanes)
  return { steps: Float64Array.from(steps), threads, lanes: lanes ?? 0 }
}
