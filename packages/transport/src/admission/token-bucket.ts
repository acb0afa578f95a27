/** A token bucket over a clock that is handed in; starts full. */
export class TokenBucket {
  readonly #perMs: number
  readonly #burst: number
  #tokens: number
  #updatedMs: number

  constructor(perSecond: number, burst: number, nowMs: number) {
    this.#perMs = perSecond / 1000
    this.#burst = burst
    this.#tokens = burst
    this.#updatedMs = nowMs
  }

  /** Takes `amount` tokens, or none and says so. */
  take(nowMs: number, amount = 1): boolean {
    this.#refill(nowMs)
    if (this.#tokens < amount) return false
    this.#tokens -= amount
    return true
  }

  /** Takes `amount` whatever is there; a debt is waited off. */
  spend(nowMs: number, amount: number): void {
    this.#refill(nowMs)
    this.#tokens -= amount
  }

  /** Milliseconds until `amount` tokens are there. */
  waitMs(nowMs: number, amount = 1): number {
    this.#refill(nowMs)
    return Math.max(0, Math.ceil((amount - this.#tokens) / this.#perMs))
  }

  #refill(nowMs: number): void {
    this.#tokens = Math.min(this.#burst, this.#tokens + (nowMs - this.#updatedMs) * this.#perMs)
    this.#updatedMs = nowMs
  }
}
