import type { Clock } from '../core/api.js'

/** The clocks of one host: neither starts at zero, and suspend stops only the monotonic one. */
export class HostClock {
  readonly #worldMs: () => number
  readonly #offsetMs: number
  #suspendedMs = 0

  constructor(worldMs: () => number, offsetMs: number) {
    this.#worldMs = worldMs
    this.#offsetMs = offsetMs
  }

  read(): Clock {
    const bootMs = this.#worldMs() + this.#offsetMs
    return { nowMs: bootMs - this.#suspendedMs, bootMs }
  }

  /** The machine was suspended for so long until now. */
  suspended(durationMs: number): void {
    this.#suspendedMs += durationMs
  }
}
