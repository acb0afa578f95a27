/** Of the promise: issue 11, goal 12 of the reliability spec. */
export const BOUNDS = {
  medianMs: 4_000,
  /** Below it. */
  p99Ms: 10_000,
  maxMs: 15_000,
  /**
   * A host that stood still for so long is the cause of a gap by itself: heartbeats come each second, two missing ones are a
   * suspicion, and the loop is called four times a second.
   */
  stallMs: 500,
} as const

/** A trial is tried so often before the run is void. */
export const ATTEMPTS_MAX = 4

/** Of the trials of a cell so many may be repeated, one at least: beyond it the host was not fit to show anything. */
export const REPEATED_SHARE_MAX = 0.1
