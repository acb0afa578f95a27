/** Spec repository-mirror 5. Handed in shorter by tests only. */
export interface WorkerTiming {
  /** Requests that come close together are one run. */
  readonly debounceMs: number
  /** Between the beginnings of two runs of one target. */
  readonly spacingMs: number
  /** How soon what another process has queued is seen. No special reason: a quarter of the debounce. */
  readonly pollMs: number
  readonly leaseMs: number
  readonly renewMs: number
  readonly reconcileMs: number
  readonly backoffMs: number
  readonly backoffMaxMs: number
  readonly blockedRetryMs: number
  /** What a child has to end in. The worker exits within 10 s, and five of them it may wait for a locked store. */
  readonly stopGraceMs: number
}

export const WORKER_TIMING: WorkerTiming = {
  debounceMs: 2_000,
  spacingMs: 10_000,
  pollMs: 500,
  leaseMs: 60_000,
  renewMs: 10_000,
  reconcileMs: 600_000,
  backoffMs: 10_000,
  backoffMaxMs: 900_000,
  blockedRetryMs: 6 * 3_600_000,
  stopGraceMs: 4_000,
}

/**
 * A hook has 50 ms for everything, on a loaded machine too, where each sleep of SQLite costs several of them. The spool is
 * as good as the store, so it hardly waits.
 */
export const HOOK_BUSY_TIMEOUT_MS = 3
/** Time of a layer that says nothing of its own: a hundred writes, one a second apart, with limits in between. */
export const LAYER_TIMEOUT_MS = 15 * 60_000
