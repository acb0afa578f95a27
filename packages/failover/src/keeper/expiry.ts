/** A kill that did not work yet is repeated: somebody may have been born in between. */
const AGAIN_MS = 100

/** Decides when something whose end has come has to be ended, and when once more. */
export class Expiry {
  readonly #lastMs = new Map<string, number>()

  isDue(name: string, untilMs: number, nowMs: number): boolean {
    if (nowMs < untilMs) {
      this.#lastMs.delete(name)
      return false
    }
    if (nowMs - (this.#lastMs.get(name) ?? Number.NEGATIVE_INFINITY) < AGAIN_MS) return false
    this.#lastMs.set(name, nowMs)
    return true
  }
}
