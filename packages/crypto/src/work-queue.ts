import { AbortError } from '@montana/foundation'
import { currentOrder } from './work-rank.js'

interface Waiting {
  readonly order: number
  readonly start: () => void
}

/** Runs at most `limit` pieces of work at once, the rest by rank and within a rank in order of arrival. */
export class WorkQueue {
  readonly #limit: number
  readonly #onLength: (length: number) => void
  readonly #waiting: Waiting[] = []
  #running = 0

  constructor(limit: number, onLength: (length: number) => void = () => {}) {
    this.#limit = limit
    this.#onLength = onLength
  }

  /** Pieces of work that wait for a place. */
  get length(): number {
    return this.#waiting.length
  }

  /** An abort takes waiting work out of the queue; running work ends unseen and keeps its place until then. */
  async run<T>(work: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    if (signal?.aborted) throw new AbortError(signal.reason)
    if (this.#running >= this.#limit) await this.#wait(signal)
    else this.#running += 1
    const result = work().finally(() => this.#release())
    return await untilAbort(result, signal)
  }

  #wait(signal: AbortSignal | undefined): Promise<void> {
    return new Promise((resolve, reject) => {
      const start = () => {
        signal?.removeEventListener('abort', leave)
        resolve()
      }
      const leave = () => {
        this.#waiting.splice(this.#waiting.indexOf(waiting), 1)
        this.#onLength(this.#waiting.length)
        reject(new AbortError(signal?.reason))
      }
      const waiting = { order: currentOrder(), start }
      signal?.addEventListener('abort', leave, { once: true })
      this.#insert(waiting)
      this.#onLength(this.#waiting.length)
    })
  }

  #insert(waiting: Waiting): void {
    const behind = this.#waiting.findIndex(({ order }) => order > waiting.order)
    this.#waiting.splice(behind < 0 ? this.#waiting.length : behind, 0, waiting)
  }

  /** Hands the place to the next in line, or gives it back. */
  #release(): void {
    const next = this.#waiting.shift()
    if (next === undefined) {
      this.#running -= 1
      return
    }
    this.#onLength(this.#waiting.length)
    next.start()
  }
}

/** The promise's own outcome, or {@link AbortError} as soon as the signal fires. */
export function untilAbort<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return promise
  return new Promise((resolve, reject) => {
    const onAbort = () => reject(new AbortError(signal.reason))
    if (signal.aborted) onAbort()
    signal.addEventListener('abort', onAbort, { once: true })
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort))
  })
}
