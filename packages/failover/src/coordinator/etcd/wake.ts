import { sleep } from '@montana/foundation'

/** A wait that can be cut short; a call that comes while nobody waits cuts the next one. */
export class Wake {
  #isCalled = false
  #cut: (() => void) | undefined

  call(): void {
    this.#isCalled = true
    this.#cut?.()
  }

  /** True: called. False: `ms` went by. Throws AbortError when `signal` fires. */
  async wait(ms: number, signal: AbortSignal): Promise<boolean> {
    const cut = new AbortController()
    this.#cut = () => cut.abort()
    if (!this.#isCalled) await sleep(ms, AbortSignal.any([signal, cut.signal])).catch(rethrowIf(signal))
    const isCalled = this.#isCalled
    this.#isCalled = false
    return isCalled
  }
}

function rethrowIf(signal: AbortSignal): (error: unknown) => void {
  return (error) => {
    if (signal.aborted) throw error
  }
}
