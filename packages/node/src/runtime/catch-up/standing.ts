/** A source whose window failed, or that did not answer, is left alone for this long. */
const BLAME_MS = 60_000
/** … doubling with each failure, up to this. */
const BLAME_MAX_MS = 3_600_000

export interface Claim {
  readonly peer: string
  /** The highest window that it says it has. */
  readonly head: number
  /** Since it last kept its word. */
  readonly failures: number
  /** It asked to be left alone for a moment. */
  readonly isResting: boolean
}

/** What peers claim, and what is held against them. */
export class Standing {
  readonly #nowMs: () => number
  readonly #heads = new Map<string, number>()
  readonly #blamedUntil = new Map<string, number>()
  readonly #restsUntil = new Map<string, number>()
  readonly #failures = new Map<string, number>()

  constructor(nowMs: () => number) {
    this.#nowMs = nowMs
  }

  /** Of peers in good standing. */
  get claims(): Claim[] {
    return [...this.#heads].flatMap(([peer, head]) => {
      if (!this.#isUsable(peer)) return []
      const isResting = (this.#restsUntil.get(peer) ?? 0) > this.#nowMs()
      return [{ peer, head, failures: this.#failures.get(peer) ?? 0, isResting }]
    })
  }

  /**
   * Where the network is, as far as claims tell: the second highest of the peers in good standing, so that no single
   * peer can make this node look behind. With one peer there is only its word.
   */
  get secondHighest(): number {
    const [highest = 0, second = highest] = this.claims.map(({ head }) => head).sort((a, b) => b - a)
    return second
  }

  headOf(peer: string): number {
    return this.#heads.get(peer) ?? 0
  }

  note(peer: string, head: number): void {
    this.#heads.set(peer, head)
  }

  /** Its claim goes with the connection; a blame that still runs does not, or reconnecting would clear it. */
  forget(peer: string): void {
    this.#heads.delete(peer)
    this.#restsUntil.delete(peer)
    if (this.#isUsable(peer)) this.forgive(peer)
  }

  forgive(peer: string): void {
    this.#blamedUntil.delete(peer)
    this.#failures.delete(peer)
  }

  /** It is busy and says so: nothing is held against it. */
  rest(peer: string, ms: number): void {
    this.#restsUntil.set(peer, this.#nowMs() + ms)
  }

  /** A claim that could not be made good is forgotten; whoever fails again is asked later and after the others. */
  blame(peer: string): void {
    const failures = (this.#failures.get(peer) ?? 0) + 1
    this.#failures.set(peer, failures)
    this.#heads.delete(peer)
    const blameMs = Math.min(BLAME_MAX_MS, BLAME_MS * 2 ** (failures - 1))
    this.#blamedUntil.set(peer, this.#nowMs() + blameMs)
  }

  #isUsable(peer: string): boolean {
    return (this.#blamedUntil.get(peer) ?? 0) <= this.#nowMs()
  }
}
