export const EPOCH_REF = 'refs/montana/epoch'
/** For remotes that take only branches. Spec three-mirror 9. */
export const FALLBACK_EPOCH_REF = 'refs/heads/montana-epoch'
/** A fetch and a push over a slow line; breathing takes as long at most. */
export const FENCE_TIMEOUT_MS = 30_000
/** Pushes of the same tenure that may come in between, one after another. */
export const ATTEMPTS = 4
/** A mark and what git writes around it. */
export const MARK_MAX_BYTES = 4_096
