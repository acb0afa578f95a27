import type { Clock } from './clock.js'

/** Documented: at least a second between requests that change something. Spec repository-mirror 6.3. */
export const WRITE_SPACING_MS = 1_000

/** Runs works one after the other, each `spacingMs` after the end of the one before; a work that fails does not stop the next. */
export type WriteLane = <T>(work: () => Promise<T>, signal: AbortSignal) => Promise<T>

export function createWriteLane(clock: Clock, spacingMs = WRITE_SPACING_MS): WriteLane {
  let tail: Promise<unknown> = Promise.resolve()
  let freeAtMs = Number.NEGATIVE_INFINITY
  async function turn<T>(before: Promise<unknown>, work: () => Promise<T>, signal: AbortSignal): Promise<T> {
    await before
    signal.throwIfAborted()
    const waitMs = freeAtMs - clock.monotonicMs()
    if (waitMs > 0) await clock.sleep(waitMs, signal)
    try {
      return await work()
    } finally {
      freeAtMs = clock.monotonicMs() + spacingMs
    }
  }
  return (work, signal) => {
    const mine = turn(tail, work, signal)
    tail = mine.catch(() => {})
    return mine
  }
}
