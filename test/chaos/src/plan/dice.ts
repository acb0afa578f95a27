import { type RandomSource, seededRandom } from '@montana/foundation'

/** All that is random in a plan. */
export class Dice {
  readonly #source: RandomSource

  constructor(seed: number) {
    this.#source = seededRandom(seed)
  }

  /** A whole number, both ends included. */
  integer(low: number, high: number): number {
    return low + Math.floor((high - low + 1) * this.#source.next())
  }

  /** Throws RangeError for an empty list. */
  pick<T>(items: readonly T[]): T {
    const item = items[this.integer(0, items.length - 1)]
    if (item === undefined) throw new RangeError('nothing to pick from')
    return item
  }

  shuffle<T>(items: readonly T[]): T[] {
    const keyed = items.map((item) => ({ item, key: this.#source.next() }))
    return keyed.sort((a, b) => a.key - b.key).map(({ item }) => item)
  }
}
