/** A source whose window failed, or that did not answer, is left alone for this long. */
const BLAME_MS = 60_000
/** … doubling with each failure, up to this. */
const BLAME_MAX_MS = 3_600_000

export interface Claim {
  readonly peer: string
  /** The highest window that it says it has … */
  readonly head: number
  /** … and the lowest. */
  readonly oldest: number
  /** Since it last kept its word. */
  readonly failures: number
  /** It asked to be left alone for a moment. */
  readonly isResting: boolean
}

export interface StandingModules {
  /** Whether the network layer lets this peer be asked: spec transport 16.3. */
  isSource(peerId: string): boolean
  monotonicMs(): number
}

/** What peers claim, and what is held against them. */
export class Standing {
  readonly #modules: StandingModules
  readonly #heads = new Map<string, { head: number; oldest: number }>()
  readonly #blamedUntil = new Map<string, number>()
  readonly #restsUntil = new Map<string, number>()
  readonly #failures = new Map<string, number>()

  constructor(modules: StandingModules) {
    this.#modules = modules
  }

  /** Of peers in good standing. */
  get claims(): Claim[] {
    const nowMs = this.#modules.monotonicMs()
    return [...this.#heads].flatMap(([peer, { head, oldest }]) => {
      if (!this.#isUsable(peer) || !this.#modules.isSource(peer)) return []
      const isResting = (this.#restsUntil.get(peer) ?? 0) > nowMs
      return [{ peer, head, oldest, failures: this.#failures.get(peer) ?? 0, isResting }]
    })
  }

  /** How far the highest claim is ahead of `head`, windows. */
  claimedGap(head: number): number {
    return Math.max(0, ...this.claims.map((claim) => claim.head - head))
  }

  /** How far the highest claim of those that have the window after `head` is ahead of it, windows. */
  gap(head: number): number {
    const ahead = this.claims.filter(({ oldest }) => oldest <= head + 1).map((claim) => claim.head - head)
    return Math.max(0, ...ahead)
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
    return this.#heads.get(peer)?.head ?? 0
  }

  /** Without `oldest` what it said before is still true. */
  note(peer: string, head: number, oldest = this.#heads.get(peer)?.oldest ?? 0): void {
    this.#heads.set(peer, { head, oldest })
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
    this.#restsUntil.set(peer, this.#modules.monotonicMs() + ms)
  }

  /** A claim that could not be made good is forgotten; whoever fails again is asked later and after the others. */
  blame(peer: string): void {
    const failures = (this.#failures.get(peer) ?? 0) + 1
    this.#failures.set(peer, failures)
    this.#heads.delete(peer)
    const blameMs = Math.min(BLAME_MAX_MS, BLAME_MS * 2 ** (failures - 1))
    this.#blamedUntil.set(peer, this.#modules.monotonicMs() + blameMs)
  }

  #isUsable(peer: string): boolean {
    return (this.#blamedUntil.get(peer) ?? 0) <= this.#modules.monotonicMs()
  }
}
