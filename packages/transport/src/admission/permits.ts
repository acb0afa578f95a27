import { AbortError } from '@montana/foundation'

export interface PermitLimits {
  readonly lane: number
  readonly perIp: number
}

interface Waiter {
  readonly key: string
  readonly admit: () => void
}

/** How many handshakes one lane carries at once, in all and per source: spec transport 10.2. */
export class Permits {
  readonly #limits: PermitLimits
  readonly #perIp = new Map<string, number>()
  readonly #waiting: Waiter[] = []
  #taken = 0

  constructor(limits: PermitLimits) {
    this.#limits = limits
  }

  get taken(): number {
    return this.#taken
  }

  /** Which bound leaves no place for `key`. */
  exhausted(key: string): 'ip' | 'lane' | undefined {
    if ((this.#perIp.get(key) ?? 0) >= this.#limits.perIp) return 'ip'
    return this.#taken >= this.#limits.lane ? 'lane' : undefined
  }

  /**
   * Waits for a place at most `waitMs`; returns how it is left, to be called whatever became of the signal meanwhile, or
   * `undefined` when the time is over. Rejects with abort.
   */
  async enter(key: string, waitMs: number, signal: AbortSignal): Promise<(() => void) | undefined> {
    if (this.exhausted(key) === undefined) this.#count(key, 1)
    else if (!(await this.#wait(key, waitMs, signal))) return undefined
    let left = false
    return () => {
      if (left) return
      left = true
      this.#count(key, -1)
      this.#admitWaiting()
    }
  }

  /** Deadline and abort are settled here, in one place: a place that was given can then not be lost between two waits. */
  #wait(key: string, waitMs: number, signal: AbortSignal): Promise<boolean> {
    return new Promise((resolve, reject) => {
      if (signal.aborted) return reject(new AbortError(signal.reason))
      const leave = () => {
        this.#waiting.splice(this.#waiting.indexOf(waiter), 1)
        end()
      }
      const onAbort = () => {
        leave()
        reject(new AbortError(signal.reason))
      }
      const timer = setTimeout(() => {
        leave()
        resolve(false)
      }, waitMs)
      const end = () => {
        clearTimeout(timer)
        signal.removeEventListener('abort', onAbort)
      }
      const admit = () => {
        end()
        resolve(true)
      }
      const waiter: Waiter = { key, admit }
      signal.addEventListener('abort', onAbort, { once: true })
      this.#waiting.push(waiter)
    })
  }

  /** First come, first served among the sources that have room; one at its own bound does not hold up the others. */
  #admitWaiting(): void {
    const next = this.#waiting.findIndex(({ key }) => this.exhausted(key) === undefined)
    const [waiter] = next < 0 ? [] : this.#waiting.splice(next, 1)
    if (waiter === undefined) return
    this.#count(waiter.key, 1)
    waiter.admit()
  }

  #count(key: string, change: 1 | -1): void {
    this.#taken += change
    const ofIp = (this.#perIp.get(key) ?? 0) + change
    if (ofIp === 0) this.#perIp.delete(key)
    else this.#perIp.set(key, ofIp)
  }
}
