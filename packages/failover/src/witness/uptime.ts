/** So seldom that it costs nothing, so often that a busy second is not taken for a standstill. */
const TICK_MS = 250
/** Two rounds of posts, and less than any staleness. */
const STANDSTILL_MS = 2_000

/**
 * For how long a witness has been observing. One that stood still has not observed, as one that restarted: hosts that
 * posted in vain meanwhile would look dead to whoever asks first. Rule S5 of spec three-mirror 7.2 covers both this way.
 */
export class Uptime {
  readonly #nowMs: () => number
  readonly #timer: NodeJS.Timeout
  #sinceMs: number
  #seenMs: number

  constructor(nowMs: () => number) {
    this.#nowMs = nowMs
    this.#sinceMs = nowMs()
    this.#seenMs = this.#sinceMs
    this.#timer = setInterval(() => this.#look(), TICK_MS)
    this.#timer.unref()
  }

  /** Also looks: a request can come before the timer when both are due. */
  upMs(): number {
    this.#look()
    return Math.round(this.#seenMs - this.#sinceMs)
  }

  close(): void {
    clearInterval(this.#timer)
  }

  #look(): void {
    const now = this.#nowMs()
    if (now - this.#seenMs > STANDSTILL_MS) this.#sinceMs = now
    this.#seenMs = now
  }
}
