import { AbortError } from '@montana/foundation'
import type { ProofProgress } from './verdict.js'

export interface Waiter {
  /** Share of the time, (0, 1]. */
  readonly maxShare: number
  readonly onProgress?: ((progress: ProofProgress) => void) | undefined
  readonly signal?: AbortSignal | undefined
}

/** What the work sees of those who wait for it. */
export interface RunHandle {
  readonly signal: AbortSignal
  /** That of the most urgent one. */
  maxShare(): number
  onProgress(progress: ProofProgress): void
}

/** One computation for several callers: as urgent as the most urgent of them, ended when the last has gone. */
export class SharedRun<T> {
  readonly #controller = new AbortController()
  readonly #waiters = new Set<Waiter>()
  readonly #work: (handle: RunHandle) => Promise<T>
  #result: Promise<T> | undefined

  constructor(work: (handle: RunHandle) => Promise<T>) {
    this.#work = work
  }

  /** Nobody waits any more; whoever comes now must begin another run. */
  get isAbandoned(): boolean {
    return this.#controller.signal.aborted
  }

  /** Rejects with AbortError when the waiter's own signal fires, whatever the others do. */
  join(waiter: Waiter): Promise<T> {
    const { signal } = waiter
    if (signal?.aborted) return Promise.reject(new AbortError(signal.reason))
    this.#waiters.add(waiter)
    this.#result ??= this.#work(this.#handle())
    const result = this.#result
    return new Promise<T>((resolve, reject) => {
      const onAbort = () => {
        this.#leave(waiter)
        reject(new AbortError(signal?.reason))
      }
      signal?.addEventListener('abort', onAbort, { once: true })
      const settled = () => {
        signal?.removeEventListener('abort', onAbort)
        this.#waiters.delete(waiter)
      }
      result.finally(settled).then(resolve, reject)
    })
  }

  #leave(waiter: Waiter): void {
    this.#waiters.delete(waiter)
    if (this.#waiters.size === 0) this.#controller.abort()
  }

  #handle(): RunHandle {
    return {
      signal: this.#controller.signal,
      maxShare: () => Math.max(...[...this.#waiters].map(({ maxShare }) => maxShare)),
      onProgress: (progress) => {
        for (const { onProgress } of this.#waiters) onProgress?.(progress)
      },
    }
  }
}
