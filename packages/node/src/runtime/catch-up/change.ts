/** Lets one loop wait until something has changed; a change between two waits is not lost. */
export class Change {
  #isPending = false
  #wake: (() => void) | undefined

  notify(): void {
    this.#isPending = true
    this.#wake?.()
  }

  /** Resolves at the next change, after `ms`, or when `signal` fires; never rejects. */
  async wait(ms: number, signal: AbortSignal): Promise<void> {
    if (!this.#isPending && !signal.aborted) await this.#next(ms, signal)
    this.#isPending = false
  }

  #next(ms: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const done = () => {
        clearTimeout(timer)
        signal.removeEventListener('abort', done)
        this.#wake = undefined
        resolve()
      }
      const timer = setTimeout(done, ms)
      signal.addEventListener('abort', done, { once: true })
      this.#wake = done
    })
  }
}
