/** Where time comes from; the simulator supplies its own. */
export interface TimeSource {
  /** Wall clock, milliseconds since the Unix epoch. For records that people read, never for decisions. */
  wallMs(): number
  /** Monotonic clock, milliseconds from an arbitrary origin. */
  monotonicMs(): number
}

export const systemTime: TimeSource = {
  wallMs: () => Date.now(),
  monotonicMs: () => performance.now(),
}

/** RFC 3339 UTC with milliseconds, the one form in which times are published. */
export function formatTime(wallMs: number): string {
  return new Date(wallMs).toISOString()
}
