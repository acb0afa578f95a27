import { hash } from 'node:crypto'
import { type RandomSource, seededRandom } from '@montana/foundation'

/**
 * Everything random of one concern, from the seed and the concern's name. Concerns do not share a stream, so that
 * switching one kind of fault off leaves the draws of the others as they were; shrinking depends on it.
 */
export class Dice implements RandomSource {
  readonly #source: RandomSource

  constructor(seed: number, concern: string) {
    const digest = Buffer.from(hash('sha256', `${seed}/${concern}`, 'hex'), 'hex')
    this.#source = seededRandom(digest.readInt32LE(0))
  }

  next(): number {
    return this.#source.next()
  }

  chance(probability: number): boolean {
    return probability > 0 && this.#source.next() < probability
  }

  between(low: number, high: number): number {
    return low + (high - low) * this.#source.next()
  }

  /** A whole number, both ends included. */
  integer(low: number, high: number): number {
    return low + Math.floor((high - low + 1) * this.#source.next())
  }

  /** Exponential with mean `mean`. */
  exponential(mean: number): number {
    return -mean * Math.log(1 - this.#source.next())
  }

  /** Throws RangeError for an empty list. */
  pick<T>(items: readonly T[]): T {
    const item = items[this.integer(0, items.length - 1)]
    if (item === undefined) throw new RangeError('nothing to pick from')
    return item
  }

  /** The items in random order. */
  shuffle<T>(items: readonly T[]): T[] {
    const keyed = items.map((item) => ({ item, key: this.next() }))
    return keyed.sort((a, b) => a.key - b.key).map(({ item }) => item)
  }
}
