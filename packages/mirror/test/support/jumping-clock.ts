import type { Clock } from '../../src/providers/github/clock.js'

export interface JumpingClock extends Clock {
  /** Every wait that was asked for. */
  readonly slept: readonly number[]
  advance(ms: number): void
}

/** A wait takes no time and moves the clock by what was asked. */
export function jumpingClock(startMs = Date.parse('2026-03-01T00:00:00Z')): JumpingClock {
  let nowMs = startMs
  const slept: number[] = []
  return {
    slept,
    advance: (ms) => {
      nowMs += ms
    },
    wallMs: () => nowMs,
    monotonicMs: () => nowMs,
    async sleep(ms, signal) {
      signal.throwIfAborted()
      slept.push(ms)
      nowMs += ms
    },
  }
}
