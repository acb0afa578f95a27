import { errorMessage, isAbort, type TimeSource, withTimeout } from '@montana/foundation'
import { LOOK_DEADLINE_MS, LOOK_SHARED_MS } from './constants.js'

export interface Look<T> {
  /** Of the last look that succeeded. */
  readonly value: T | null
  /** Why the newest one did not. */
  readonly problem: string | null
}

/** A look over the network that all askers share, so that many pages ask no more often than one. */
export class Recent<T> {
  readonly #read: (signal: AbortSignal) => Promise<T | null>
  readonly #time: TimeSource
  readonly #signal: AbortSignal
  #value: T | null = null
  #problem: string | null = null
  #lookedMs: number | undefined
  #running: Promise<void> | undefined

  constructor(read: (signal: AbortSignal) => Promise<T | null>, time: TimeSource, signal: AbortSignal) {
    this.#read = read
    this.#time = time
    this.#signal = signal
  }

  async get(): Promise<Look<T>> {
    const isOld = this.#lookedMs === undefined || this.#time.monotonicMs() - this.#lookedMs > LOOK_SHARED_MS
    if (isOld) {
      this.#running ??= this.#look().finally(() => {
        this.#running = undefined
      })
      await this.#running
    }
    return { value: this.#value, problem: this.#problem }
  }

  /** Before something is decided by it. Throws what the look throws. */
  async fresh(): Promise<T | null> {
    this.#value = await withTimeout(LOOK_DEADLINE_MS, this.#signal, this.#read)
    this.#problem = null
    return this.#value
  }

  /** What was written since is not known. */
  forget(): void {
    this.#lookedMs = undefined
  }

  async #look(): Promise<void> {
    try {
      await this.fresh()
    } catch (error) {
      if (isAbort(error)) throw error
      this.#problem = errorMessage(error)
    }
    this.#lookedMs = this.#time.monotonicMs()
  }
}
