import { availableParallelism } from 'node:os'
import * as check from './checks.js'
import { HASH_BYTES, PROGRESS_EVERY_MS } from './constants.js'
import type { Engine } from './engine.js'
import { translated } from './errors.js'
import { runJob } from './job.js'
import type { BackendName, ClockInit, ClockRun, HashBackend, Lanes, VerifyInit } from './types.js'

/** The public face of an engine: checks arguments, speaks promises and AbortSignal. */
export function createBackend(engine: Engine): HashBackend {
  const threads = availableParallelism()
  return {
    name: engine.name as BackendName,
    lanes: engine.lanes as readonly Lanes[],
    startClock: (init) => startClock(engine, init),
    verifySegments: (init) => verifySegments(engine, threads, init),
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
  }
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
  const { starts, ends, steps, threads = cores, lanes, signal } = init
  check.checkBytes(starts, steps.length * HASH_BYTES, 'starts')
  check.checkBytes(ends, steps.length * HASH_BYTES, 'ends')
  steps.forEach(check.checkSteps)
  check.checkThreads(threads)
  if (lanes !== undefined) check.checkLanes(lanes, engine.lanes)
  const exact = Float64Array.from(steps)
  const job = runJob((callback) => engine.startVerify(starts, ends, exact, threads, lanes ?? 0, callback), { signal })
  const { bytes } = await job.done
  return Array.from(bytes, (verdict) => verdict === 1)
}
