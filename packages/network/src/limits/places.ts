import { AbortError } from '@montana/foundation'

interface Waiter {
  readonly bound: number
  readonly admit: () => void
}

/**
 * Places that are taken and left. Each caller names its own bound, so that one with a larger bound still finds a place
 * where others have to wait; of those that wait, the largest bound goes first, then the order of arrival.
 */
export class Places {
  readonly #waiting: Waiter[] = []
  #taken = 0

  /** Waits until fewer than `bound` places are taken; returns how the place is left. Rejects with abort. */
  async enter(bound: number, signal: AbortSignal): Promise<() => void> {
    if (this.#taken < bound) this.#taken += 1
    else await this.#wait(bound, signal)
    let left = false
    return () => {
      if (left) return
      left = true
      this.#taken -= 1
      this.#admitNext()
    }
  }

  #wait(bound: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal.aborted) return reject(new AbortError(signal.reason))
      const leave = () => {
        this.#waiting.splice(this.#waiting.indexOf(waiter), 1)
        reject(new AbortError(signal.reason))
      }
      const waiter = {
        bound,
        admit: () => {
          signal.removeEventListener('abort', leave)
          resolve()
        },
      }
      signal.addEventListener('abort', leave, { once: true })
      this.#waiting.push(waiter)
    })
  }

  #admitNext(): void {
    const first = this.#waiting.reduce<Waiter | undefined>(
      (best, waiter) => (best !== undefined && best.bound >= waiter.bound ? best : waiter),
      undefined,
    )
    if (first === undefined || this.#taken >= first.bound) return
    this.#waiting.splice(this.#waiting.indexOf(first), 1)
    this.#taken += 1
    first.admit()
  }
}
