import { AbortError } from '@montana/foundation'

export type Trigger = 'write' | 'news'

/** Reasons to breathe before the next cycle: a local write, or news of another host. Many of one kind are one. */
export class Triggers {
  readonly #due = new Set<Trigger>()
  #wake: (() => void) | undefined

  add(trigger: Trigger): void {
    this.#due.add(trigger)
    this.#wake?.()
  }

  /** Takes the reasons away. */
  take(): ReadonlySet<Trigger> {
    const taken = new Set(this.#due)
    this.#due.clear()
    return taken
  }

  /** Resolves when there is a reason, or after `ms`; AbortError. Leaves no listener behind. */
  async wait(ms: number, signal: AbortSignal): Promise<void> {
    if (signal.aborted) throw new AbortError(signal.reason)
    if (this.#due.size > 0 || ms <= 0) return
    await new Promise<void>((resolve, reject) => {
      const end = (settle: () => void) => () => {
        clearTimeout(timer)
        signal.removeEventListener('abort', onAbort)
        this.#wake = undefined
        settle()
      }
      const onAbort = end(() => reject(new AbortError(signal.reason)))
      const timer = setTimeout(end(resolve), ms)
      this.#wake = end(resolve)
      signal.addEventListener('abort', onAbort, { once: true })
    })
  }
}
