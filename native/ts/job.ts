import { AbortError } from '@montana/foundation'
import type { EngineJob, JobCallback } from './engine.js'
import { type NativeErrorCode, nativeError, translated } from './errors.js'

export interface JobOutcome {
  bytes: Uint8Array
  elapsedMs: number
}

export interface RunningJob {
  readonly done: Promise<JobOutcome>
  cancel(): void
}

export interface JobInit {
  signal: AbortSignal | undefined
  /** Sees `progress` and `checkpoint`; when it throws, the job is cancelled and fails with that error. */
  onEvent?: JobCallback
}

/** Turns an engine's event callback into a promise that an AbortSignal can end; leaves no listener behind. */
export function runJob(start: (callback: JobCallback) => EngineJob, init: JobInit): RunningJob {
  const { signal, onEvent } = init
  const { promise, resolve, reject } = Promise.withResolvers<JobOutcome>()
  // A cancelled run that nobody awaits is not a fault.
  promise.catch(() => {})
  if (signal?.aborted) {
    reject(new AbortError(signal.reason))
    return { done: promise, cancel: () => {} }
  }
  let failure: unknown
  const job = translated(() => start(onJobEvent))
  const cancel = () => job.cancel()
  signal?.addEventListener('abort', cancel, { once: true })

  function onJobEvent(kind: string, value: number, bytes?: Uint8Array | null): void {
    if (kind === 'progress' || kind === 'checkpoint') guarded(kind, value, bytes)
    else settle(kind, value, bytes)
  }

  function settle(kind: string, value: number, bytes?: Uint8Array | null): void {
    signal?.removeEventListener('abort', cancel)
    if (failure !== undefined) reject(failure)
    else if (kind === 'done') resolve({ bytes: bytes ?? new Uint8Array(), elapsedMs: value })
    else if (kind === 'cancelled') reject(new AbortError(signal?.reason))
    else reject(nativeError(kind as NativeErrorCode, 'the native job failed'))
  }

  function guarded(kind: string, value: number, bytes?: Uint8Array | null): void {
    if (failure !== undefined) return
    try {
      onEvent?.(kind, value, bytes)
    } catch (error) {
      failure = error
      cancel()
    }
  }

  return { done: promise, cancel }
}
