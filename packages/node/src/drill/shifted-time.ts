import type { TimeSource } from '@montana/foundation'

/** Time of this process; a drill may set its wall clock wrong, never the monotonic one and never that of the host. */
export class ShiftedTime implements TimeSource {
  readonly #base: TimeSource
  /** Added to the wall clock, ms; negative: the clock is slow. */
  offsetMs = 0

  constructor(base: TimeSource) {
    this.#base = base
  }

  wallMs(): number {
    return this.#base.wallMs() + this.offsetMs
  }

  monotonicMs(): number {
    return this.#base.monotonicMs()
  }
}
