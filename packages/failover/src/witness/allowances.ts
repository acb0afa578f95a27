/** Askers that are remembered; whoever asked longest ago is forgotten, and begins with a full allowance. */
const ASKERS_MAX = 1024

interface Allowance {
  readonly tokens: number
  readonly atMs: number
}

/** So many requests a second for each asker, and as many at once. */
export class Allowances {
  readonly #perSecond: number
  readonly #nowMs: () => number
  readonly #askers = new Map<string, Allowance>()

  constructor(perSecond: number, nowMs: () => number) {
    this.#perSecond = perSecond
    this.#nowMs = nowMs
  }

  admit(asker: string): boolean {
    const now = this.#nowMs()
    const { tokens, atMs } = this.#askers.get(asker) ?? { tokens: this.#perSecond, atMs: now }
    const filled = Math.min(this.#perSecond, tokens + ((now - atMs) * this.#perSecond) / 1000)
    // Again at the end: the map keeps the order of insertion.
    this.#askers.delete(asker)
    this.#askers.set(asker, { tokens: Math.max(0, filled - 1), atMs: now })
    if (this.#askers.size > ASKERS_MAX) this.#askers.delete(this.#askers.keys().next().value ?? '')
    return filled >= 1
  }
}
