import { concatBytes, type TimeSource } from '@montana/foundation'
import type { HashBackend } from '@montana/native'
import { segmentLengths } from './boundaries.js'
import { DEFAULT_CHECKPOINTS, VALUE_BYTES } from './constants.js'
import { isValidD } from './difficulty.js'
import { TimechainError } from './errors.js'
import { vdfVerify } from './vdf.js'

export interface GrindInit {
  window: number
  /** T_r(window − 1), 32 bytes. */
  previous: Uint8Array
  d: number
  /** Segments k; default 64, fewer when d is smaller. */
  checkpoints?: number
  onProgress?: (stepsDone: number) => void
  signal?: AbortSignal
}

/** A window that this process has ground itself. */
export interface Tick {
  readonly window: number
  /** T_r(window), 32 bytes. */
  readonly value: Uint8Array
  readonly d: number
  /** (k−1)·32 bytes: what a TimechainProof lists. */
  readonly checkpoints: Uint8Array
  readonly elapsedMs: number
  readonly stepsPerSecond: number
}

export interface ProofInit {
  previous: Uint8Array
  d: number
  /** (k−1)·32 bytes. */
  checkpoints: Uint8Array
  claim: Uint8Array
  signal?: AbortSignal
}

export interface Timechain {
  /** Rejects with AbortError when `signal` fires; the thread has stopped by then. */
  grind(init: GrindInit): Promise<Tick>
  /** Recomputes a whole window on one core; false outside the band. */
  verify(previous: Uint8Array, d: number, claim: Uint8Array, signal?: AbortSignal): Promise<boolean>
  /** Checks a window by its segments, on all lanes and cores: spec protocol 13.1. False for a proof of impossible shape. */
  verifyProof(init: ProofInit): Promise<boolean>
}

export interface TimechainModules {
  backend: HashBackend
  time: TimeSource
}

export function createTimechain({ backend, time }: TimechainModules): Timechain {
  return {
    grind: (init) => grind(backend, time, init),
    verify: (previous, d, claim, signal) => vdfVerify(backend, previous, d, claim, signal),
    verifyProof: (init) => verifyProof(backend, init),
  }
}

async function grind(backend: HashBackend, time: TimeSource, init: GrindInit): Promise<Tick> {
  const { window, previous, d, onProgress, signal } = init
  if (!isValidD(d)) throw new TimechainError('TIMECHAIN_BAD_D', `d is ${d}, not in 1…2^32−1`)
  const run = {
    seed: previous,
    steps: d,
    checkpoints: init.checkpoints ?? Math.min(DEFAULT_CHECKPOINTS, d),
    ...(onProgress && { onProgress }),
    ...(signal && { signal }),
  }
  const begin = time.monotonicMs()
  const { value, checkpoints } = await backend.startClock(run).result
  const elapsedMs = time.monotonicMs() - begin
  return {
    window,
    value,
    d,
    checkpoints,
    elapsedMs,
    stepsPerSecond: (d * 1000) / Math.max(elapsedMs, Number.MIN_VALUE),
  }
}

async function verifyProof(backend: HashBackend, init: ProofInit): Promise<boolean> {
  const { previous, d, checkpoints, claim, signal } = init
  const k = checkpoints.length / VALUE_BYTES + 1
  const isPossible = Number.isInteger(k) && isValidD(d) && k <= d && claim.length === VALUE_BYTES
  if (!isPossible) return false
  const starts = concatBytes(previous, checkpoints)
  const ends = concatBytes(checkpoints, claim)
  const steps = segmentLengths(d, k)
  const verdicts = await backend.verifySegments({ starts, ends, steps, ...(signal && { signal }) })
  return verdicts.every((isRight) => isRight)
}
