import { type RandomSource, seededRandom } from '@montana/foundation'

/** Seeded choices; the same seed makes the same choices. */
export class Dice {
  readonly #source: RandomSource
  constructor(seed: number) {
    this.#source = seededRandom(seed)
  }

  /** A whole number in [0, below). */
  below(below: number): number {
    return Math.floor(this.#source.next() * below)
  }

  /** True once in `n`. */
  oneIn(n: number): boolean {
    return this.below(n) === 0
  }

  pick<T>(items: readonly T[]): T | undefined {
    return items[this.below(items.length)]
  }

  /** Small numbers far more often than large ones: a length for a cut, a copy, an insertion. */
  length(most: number): number {
    if (most <= 1) return most
    const limit = this.oneIn(8) ? most : Math.min(most, this.oneIn(2) ? 4 : 32)
    return 1 + this.below(limit)
  }
}
