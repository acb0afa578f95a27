import { AbortError, errorCode, type Logger, type TimeSource } from '@montana/foundation'

/** The first repetition of a refused write, and the longest pause between two: how long space may be back unnoticed. */
const FIRST_RETRY_MS = 100
const LONGEST_RETRY_MS = 5_000
/** A disk that fills again sooner goes on with the pause it had: what flaps is not tried ten times a second. */
const CALM_MS = 30_000

export interface DiskGateModules {
  readonly time: TimeSource
  readonly logger: Logger
  /** Once per refused attempt; for a counter, not for people. */
  onRefused(): void
  /** A write failed for another reason than want of space when it was repeated. */
  onFatal(error: unknown): void
}

/** What one writer waits for: `write` leaves nothing behind when it throws, so it can be repeated as a whole. */
interface Waiting {
  readonly write: () => void
}

/**
 * Where the writes of a node wait for space. A write that the disk refused is repeated until it is done; those that come
 * meanwhile stand behind it, so writes reach the disk in the order in which they were wanted. Nothing is said to be
 * durable before it is: `attempt` returns false, `durable` resolves later.
 */
export class DiskGate {
  readonly #modules: DiskGateModules
  readonly #waiting: Waiting[] = []
  #timer: NodeJS.Timeout | undefined
  #retryMs = FIRST_RETRY_MS
  #fullSinceMs: number | undefined
  #recoveredAtMs = Number.NEGATIVE_INFINITY
  #refused = 0
  #isStopped = false

  constructor(modules: DiskGateModules) {
    this.#modules = modules
  }

  /** True from the first refused write until all that waited are done. */
  get isFull(): boolean {
    return this.#fullSinceMs !== undefined
  }

  /** Codes for `degraded[]`. */
  degraded(): readonly string[] {
    return this.isFull ? ['DISK_FULL'] : []
  }

  /** True when `write` is done; false when it waits for space. Other errors of `write` pass, now; later they are fatal. */
  attempt(write: () => void): boolean {
    if (this.isFull) {
      this.#waiting.push({ write })
      return false
    }
    if (this.#isDone(write)) return true
    this.#waiting.push({ write })
    this.#fill()
    return false
  }

  /**
   * Resolves when `write` is done, and rejects with what it throws. Tried at least once; `signal` ends only the waiting for
   * space, with AbortError: then it is not done, and never will be.
   */
  async durable(write: () => void, signal: AbortSignal): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    let isGivenUp = false
    const once = () => {
      if (isGivenUp) return
      try {
        write()
        resolve()
      } catch (error) {
        if (isFull(error)) throw error
        reject(error)
      }
    }
    if (this.attempt(once)) return promise
    const giveUp = () => {
      isGivenUp = true
      reject(new AbortError(signal.reason))
    }
    signal.addEventListener('abort', giveUp, { once: true })
    if (signal.aborted) giveUp()
    return promise.finally(() => signal.removeEventListener('abort', giveUp))
  }

  /** What still waits is given up: nobody was told that it is durable. */
  stop(): void {
    this.#isStopped = true
    clearTimeout(this.#timer)
    this.#waiting.length = 0
  }

  #isDone(write: () => void): boolean {
    try {
      write()
      return true
    } catch (error) {
      if (!isFull(error)) throw error
      this.#refused++
      this.#modules.onRefused()
      return false
    }
  }

  #fill(): void {
    const { time, logger } = this.#modules
    this.#fullSinceMs = time.monotonicMs()
    if (this.#fullSinceMs - this.#recoveredAtMs > CALM_MS) this.#retryMs = FIRST_RETRY_MS
    logger.error({ code: 'DISK_FULL' }, 'the disk is full: this node signs and confirms nothing until there is space')
    this.#setTimer()
  }

  #setTimer(): void {
    if (this.#isStopped) return
    this.#timer = setTimeout(() => this.#retry(), this.#retryMs)
    this.#retryMs = Math.min(2 * this.#retryMs, LONGEST_RETRY_MS)
  }

  /** In order, up to the first that is refused again; one that a write itself adds stands behind the rest. */
  #retry(): void {
    try {
      for (let next = this.#waiting[0]; next !== undefined; next = this.#waiting[0]) {
        if (!this.#isDone(next.write)) return this.#setTimer()
        this.#waiting.shift()
      }
      this.#recover()
    } catch (error) {
      this.stop()
      this.#modules.onFatal(error)
    }
  }

  #recover(): void {
    const { time, logger } = this.#modules
    const now = time.monotonicMs()
    const seconds = Math.round((now - (this.#fullSinceMs ?? now)) / 1000)
    logger.warn({ code: 'DISK_SPACE', seconds, refused: this.#refused }, 'the disk has space again; nothing was lost')
    this.#fullSinceMs = undefined
    this.#recoveredAtMs = now
    this.#refused = 0
  }
}

/** The store, and plain files: the same want under two names. */
export function isFull(error: unknown): boolean {
  const code = errorCode(error)
  return code === 'STORE_FULL' || code === 'ENOSPC' || code === 'EDQUOT'
}
