import type { TimeSource } from '@montana/foundation'

/**
 * When a write was made, by a hybrid logical clock: 12 hex digits of milliseconds, 4 of a counter, `-`, the name of the
 * host. As text it sorts as it counts, so `<` and `>` are the order of all writes. Spec three-mirror 12.4.
 */
export type Stamp = string

export const STAMP_FORM = /^[0-9a-f]{16}-[a-z0-9-]{1,32}$/
const MS_DIGITS = 12
const COUNTER_DIGITS = 4
const NODE_AT = MS_DIGITS + COUNTER_DIGITS + 1
const COUNTER_MAX = 0xffff

export function makeStamp(ms: number, counter: number, node: string): Stamp {
  return `${hex(ms, MS_DIGITS)}${hex(counter, COUNTER_DIGITS)}-${node}`
}

/** Of what was there before breathing began: below every write, so that an old file never beats a newer state. */
export function importStamp(node: string): Stamp {
  return makeStamp(0, 0, node)
}

export function stampMs(stamp: Stamp): number {
  return Number.parseInt(stamp.slice(0, MS_DIGITS), 16)
}

export function stampNode(stamp: Stamp): string {
  return stamp.slice(NODE_AT)
}

function hex(value: number, digits: number): string {
  return value.toString(16).padStart(digits, '0')
}

/** Gives stamps above all that it has given or observed; wall time moves it forward and never back. */
export class HybridClock {
  readonly #node: string
  readonly #time: Pick<TimeSource, 'wallMs'>
  #ms = 0
  #counter = 0

  constructor(node: string, time: Pick<TimeSource, 'wallMs'>) {
    this.#node = node
    this.#time = time
  }

  tick(): Stamp {
    const now = Math.floor(this.#time.wallMs())
    if (now > this.#ms) this.#set(now, 0)
    else if (this.#counter < COUNTER_MAX) this.#counter++
    else this.#set(this.#ms + 1, 0)
    return makeStamp(this.#ms, this.#counter, this.#node)
  }

  observe(stamp: Stamp): void {
    const ms = stampMs(stamp)
    const counter = Number.parseInt(stamp.slice(MS_DIGITS, MS_DIGITS + COUNTER_DIGITS), 16)
    if (ms > this.#ms || (ms === this.#ms && counter > this.#counter)) this.#set(ms, counter)
  }

  #set(ms: number, counter: number): void {
    this.#ms = ms
    this.#counter = counter
  }
}
