import type { RandomSource } from '@montana/foundation'

export interface BackoffLimits {
  readonly baseMs: number
  readonly maxMs: number
  readonly resetAfterMs: number
}

/** Delay before the next dial of one peer: `b/2 + random(0, b/2)`, `b = min(max, base·2^k)`. Spec transport 16.1. */
export class Backoff {
  readonly #limits: BackoffLimits
  readonly #random: RandomSource
  #failures = 0
  #isSlow = false

  constructor(limits: BackoffLimits, random: RandomSource) {
    this.#limits = limits
    this.#random = random
  }

  failed(): void {
    this.#failures += 1
  }

  /** For failures that a retry does not mend (wrong identity, wrong network): b goes to its maximum at once. */
  failedForGood(): void {
    this.#isSlow = true
  }

  /** A connection ended after `lastedMs`; a long one wipes the past. */
  connectionEnded(lastedMs: number): void {
    if (lastedMs < this.#limits.resetAfterMs) return
    this.#failures = 0
    this.#isSlow = false
  }

  nextDelayMs(): number {
    const { baseMs, maxMs } = this.#limits
    const bound = this.#isSlow ? maxMs : Math.min(maxMs, baseMs * 2 ** this.#failures)
    return bound / 2 + (this.#random.next() * bound) / 2
  }
}
