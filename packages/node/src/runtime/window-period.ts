import type { TimeSource } from '@montana/foundation'

/** Times from one window to the next while this node follows: those that come in a row while catching up say nothing. */
export class WindowPeriod {
  readonly #time: TimeSource
  #beforeMs: number | undefined

  constructor(time: TimeSource) {
    this.#time = time
  }

  /** A window was applied. Seconds since the one before; undefined where both were not followed. */
  next(isFollowing: boolean): number | undefined {
    const nowMs = this.#time.monotonicMs()
    const before = this.#beforeMs
    this.#beforeMs = isFollowing ? nowMs : undefined
    return isFollowing && before !== undefined ? (nowMs - before) / 1000 : undefined
  }
}
