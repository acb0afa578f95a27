import type { RandomSource } from '@montana/foundation'
import type { Layer } from '../contracts/config.js'
import type { ErrorClass } from '../contracts/errors.js'
import type { Job } from '../contracts/store.js'
import type { WorkerTiming } from './constants.js'
import { LAYER_ORDER } from './layer-order.js'

/** Full jitter: anything up to the limit, which doubles with each attempt. `attempts` = those that failed before. */
export function backoff(attempts: number, random: RandomSource, timing: WorkerTiming): number {
  return random.next() * Math.min(timing.backoffMaxMs, timing.backoffMs * 2 ** attempts)
}

export interface NextTry {
  readonly state: 'pending' | 'blocked'
  readonly atMs: number
}

/** When what failed is tried again. A provider that names a time is believed, up to the longest wait of our own. */
export function nextTry(
  failure: { readonly class: ErrorClass; readonly attempts: number; readonly retryAfterMs: number | undefined },
  nowMs: number,
  random: RandomSource,
  timing: WorkerTiming,
): NextTry {
  if (failure.class === 'blocked') return { state: 'blocked', atMs: nowMs + timing.blockedRetryMs }
  const waitMs = Math.max(failure.retryAfterMs ?? 0, backoff(failure.attempts, random, timing))
  return { state: 'pending', atMs: nowMs + Math.round(Math.min(waitMs, timing.blockedRetryMs)) }
}

/** A time further away than any wait was written by a clock that has been set back since. */
export function isDue(job: Job, nowMs: number, timing: WorkerTiming): boolean {
  if (job.state !== 'pending' && job.state !== 'blocked') return false
  return job.nextAttemptAtMs <= nowMs || job.nextAttemptAtMs > nowMs + timing.blockedRetryMs + timing.backoffMaxMs
}

/**
 * Layers of one target to run now, in order. Behind one that never succeeded and does not run now, nothing does: a
 * target is built up in the safe order of spec repository-mirror 8.2.
 */
export function dueLayers(
  jobs: readonly Job[],
  hasSucceeded: (layer: Layer) => boolean,
  nowMs: number,
  timing: WorkerTiming,
): readonly Layer[] {
  const due: Layer[] = []
  for (const layer of LAYER_ORDER) {
    const job = jobs.find((candidate) => candidate.layer === layer)
    if (job === undefined || job.state === 'idle') continue
    if (isDue(job, nowMs, timing)) due.push(layer)
    else if (!hasSucceeded(layer)) break
  }
  return due
}

/** Whether a job of the target is to be run, apart from those for which `waits` says no, and from what they hold back. */
export function hasWork(
  jobs: readonly Job[],
  hasSucceeded: (layer: Layer) => boolean,
  waits: (job: Job) => boolean,
): boolean {
  for (const layer of LAYER_ORDER) {
    const job = jobs.find((candidate) => candidate.layer === layer)
    if (job === undefined || job.state === 'idle') continue
    if (job.state === 'pending' && !waits(job)) return true
    if (!hasSucceeded(layer)) return false
  }
  return false
}

/** Whether a run of the target may begin, by the beginning of its last one; one in the future is no measure. */
export function isSpaced(lastStartMs: number, nowMs: number, timing: WorkerTiming): boolean {
  return lastStartMs > nowMs || nowMs - lastStartMs >= timing.spacingMs
}
