import { VALUE_BYTES } from '../constants.js'
import { TimechainError } from '../errors.js'
import { valueAt } from '../proof/values.js'
import { isStretch, type Stretch, stepsAfter } from './stretch.js'

/** A value of the chain and the steps from the seed after which it stands. */
export interface Mark {
  readonly at: number
  /** 32 bytes. */
  readonly value: Uint8Array
}

interface Kept {
  readonly stretch: Stretch
  /** Where it begins. */
  readonly from: Mark
}

/**
 * The sequential work of a candidate as far as it is done: spec protocol 12.4. No effects; it grows by stretches and can
 * be made again from them. Invariant: stretch n begins at the last value of stretch n−1.
 */
export class CandidateChain {
  /** 32 bytes. */
  readonly seed: Uint8Array
  readonly wStart: number
  readonly #kept: Kept[] = []
  /** Steps after each complete window; the first entry is 0. */
  readonly #ends: number[] = [0]
  #last: Mark
  /** Of the window that has begun; 0 between windows. */
  #offset = 0
  #d = 0

  constructor(init: { seed: Uint8Array; wStart: number; stretches?: Iterable<Stretch> }) {
    this.seed = init.seed
    this.wStart = init.wStart
    this.#last = { at: 0, value: init.seed }
    for (const stretch of init.stretches ?? []) this.add(stretch)
  }

  /** Complete windows: the largest L that can be registered. */
  get windowsDone(): number {
    return this.#ends.length - 1
  }

  get stepsDone(): number {
    return this.#last.at
  }

  /** D(wStart + 1) … of the complete windows. */
  get ds(): number[] {
    return this.#ends.slice(1).map((end, i) => end - (this.#ends[i] ?? 0))
  }

  /** The window that is ground next or has begun, with the steps of it that are done and its D once it has begun. */
  get next(): { window: number; offset: number; start: Uint8Array; d: number | undefined } {
    const d = this.#offset > 0 ? this.#d : undefined
    return { window: this.wStart + this.windowsDone + 1, offset: this.#offset, start: this.#last.value, d }
  }

  /** Throws TIMECHAIN_BAD_WORK for a stretch that does not continue the chain. */
  add(stretch: Stretch): void {
    const { window, offset, d } = this.next
    const follows = stretch.window === window && stretch.offset === offset && (d === undefined || stretch.d === d)
    if (!follows || !isStretch(stretch)) throw notContinued(stretch)
    const count = stretch.values.length / VALUE_BYTES
    const steps = stepsAfter(stretch, count)
    this.#kept.push({ stretch, from: this.#last })
    this.#last = { at: this.#last.at + steps, value: valueAt(stretch.values, count - 1) }
    this.#d = stretch.d
    this.#offset = (offset + steps) % stretch.d
    if (this.#offset === 0) this.#ends.push(this.#last.at)
  }

  /** S of spec protocol 12.4 for a chain of `windows`. Throws TIMECHAIN_BAD_WORK where they are not done. */
  totalSteps(windows: number): number {
    const end = this.#ends[windows]
    if (end !== undefined && windows > 0) return end
    throw new TimechainError('TIMECHAIN_BAD_WORK', `${windows} windows asked for, ${this.windowsDone} are done`)
  }

  /** proof_endpoint of a chain of `windows`. */
  endpoint(windows: number): Uint8Array {
    return this.markBefore(this.totalSteps(windows)).value
  }

  /** The last kept value at or before `at` steps. */
  markBefore(at: number): Mark {
    const kept = this.#keptAt(at)
    if (!kept) return { at: 0, value: this.seed }
    const { stretch, from } = kept
    const most = stretch.values.length / VALUE_BYTES
    const relative = at - from.at
    let count = Math.min(most, Math.floor((relative * stretch.segments) / (stretch.d - stretch.offset)))
    while (count < most && stepsAfter(stretch, count + 1) <= relative) count += 1
    if (count === 0) return from
    return { at: from.at + stepsAfter(stretch, count), value: valueAt(stretch.values, count - 1) }
  }

  /** The last stretch that begins at or before `at`. */
  #keptAt(at: number): Kept | undefined {
    let [low, high] = [0, this.#kept.length]
    while (low < high) {
      const middle = (low + high) >> 1
      if ((this.#kept[middle]?.from.at ?? 0) <= at) low = middle + 1
      else high = middle
    }
    return this.#kept[low - 1]
  }
}

function notContinued({ window, offset }: Stretch): TimechainError {
  return new TimechainError('TIMECHAIN_BAD_WORK', `window ${window} from step ${offset} does not continue the chain`)
}
