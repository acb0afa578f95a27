import type { RandomSource } from '@montana/foundation'
import type { Conditions } from './conditions.js'

/** One direction of the link: takes one piece at a time, whichever connection it belongs to. Time is handed in. */
export class Line {
  #freeMs = Number.NEGATIVE_INFINITY

  /** When the last of `bytes` that arrive at `nowMs` has left the line. */
  takes(bytes: number, nowMs: number, bytesPerSecond: number): number {
    this.#freeMs = Math.max(nowMs, this.#freeMs) + (bytes * 1000) / bytesPerSecond
    return this.#freeMs
  }

  /** Forgets what it still had to carry: the rate has changed. */
  clear(): void {
    this.#freeMs = Number.NEGATIVE_INFINITY
  }
}

/** When the pieces of one connection arrive: behind the line and the delay, in the order in which they were sent. */
export class Arrivals {
  readonly #line: Line
  readonly #random: RandomSource
  #lastMs = Number.NEGATIVE_INFINITY

  constructor(line: Line, random: RandomSource) {
    this.#line = line
    this.#random = random
  }

  next(bytes: number, nowMs: number, { bytesPerSecond, delayMs, jitterMs }: Conditions): number {
    const leavesMs = this.#line.takes(bytes, nowMs, bytesPerSecond)
    const arrivesMs = leavesMs + delayMs + this.#random.next() * jitterMs
    this.#lastMs = Math.max(this.#lastMs, arrivesMs)
    return this.#lastMs
  }
}
