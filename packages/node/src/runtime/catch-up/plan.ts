import type { PlanLimits } from './limits.js'

/** Consecutive windows asked of one peer. */
export interface Ask {
  readonly peer: string
  readonly from: number
  readonly count: number
}

export interface Flight extends Ask {
  readonly askedAtMs: number
}

/** A peer that may be asked. */
export interface Source {
  readonly peer: string
  /** The highest window that it claims to have. */
  readonly upTo: number
  /** Since it last kept its word. */
  readonly failures: number
  /** Requests that it was sent so far; work is spread by it. */
  readonly asked: number
  /** It said that it does not have this window. */
  lacks?(window: number): boolean
}

export interface PlanInput {
  /** The highest window that is applied. */
  readonly head: number
  /** Nothing beyond it is wanted. */
  readonly upTo: number
  isHeld(window: number): boolean
  readonly heldBytes: number
  readonly flights: readonly Flight[]
  readonly sources: readonly Source[]
  readonly nowMs: number
  readonly limits: PlanLimits
}

interface Gap {
  readonly from: number
  readonly count: number
}

/**
 * Which windows to ask of whom now. A function of the head and of what is held and on its way, and of nothing else: a
 * node that was killed goes on from its head, and whatever a peer failed to give is simply wanted again.
 *
 * Invariants: no window is asked for twice, except that the lowest one missing is asked of a second peer when the first
 * is slow; no peer has more requests than the limits say, nor one for a window beyond its claim.
 */
export function planRequests(input: PlanInput): Ask[] {
  const planner = new Planner(input)
  planner.hedge()
  planner.fill()
  return planner.asks
}

class Planner {
  readonly asks: Ask[] = []
  readonly #input: PlanInput
  readonly #load = new Map<string, number>()
  readonly #end: number
  #budget: number

  constructor(input: PlanInput) {
    const { head, upTo, flights, heldBytes, limits } = input
    this.#input = input
    this.#end = Math.min(upTo, head + limits.windowsAhead)
    this.#budget = limits.bytesAhead - heldBytes - flights.length * limits.bytesPerRequest
    for (const { peer } of flights) this.#count(peer)
  }

  /** The lowest missing window holds everything up: a slow peer is not waited for alone. */
  hedge(): void {
    const { flights, nowMs, limits } = this.#input
    const first = this.#firstMissing()
    const asked = flights.filter((flight) => covers(flight, first))
    if (first > this.#end || asked.length === 0) return
    if (asked.some(({ askedAtMs }) => nowMs - askedAtMs < limits.slowMs)) return
    const others = new Set(asked.map(({ peer }) => peer))
    const source = this.#pick(first, others)
    if (source) this.#ask(source, { from: first, count: this.#countOwed(first, asked) })
  }

  /** Windows from `first` on that are on their way in these requests, and in no other. */
  #countOwed(first: number, asked: readonly Flight[]): number {
    const { flights, isHeld } = this.#input
    const others = flights.filter((flight) => !asked.includes(flight))
    const isOwed = (window: number) => {
      return (
        !isHeld(window) && asked.every((flight) => covers(flight, window)) && !others.some((f) => covers(f, window))
      )
    }
    let count = 0
    while (first + count <= this.#end && isOwed(first + count)) count++
    return count
  }

  fill(): void {
    const { sources, limits } = this.#input
    const gaps = this.#gaps()
    const missing = gaps.reduce((sum, { count }) => sum + count, 0)
    // Rounded down: with as many windows as sources, or more, none of them is left out.
    const share = Math.floor(missing / Math.max(1, sources.length))
    for (const gap of gaps) this.#fillGap(gap, Math.min(Math.max(1, share), limits.windowsPerRequest))
  }

  #fillGap(gap: Gap, share: number): void {
    const { limits, flights } = this.#input
    for (let { from, count } = gap; count > 0; ) {
      const isUrgent = this.asks.length === 0 && !flights.some((flight) => covers(flight, this.#firstMissing()))
      if (this.#budget < limits.bytesPerRequest && !(isUrgent && from === this.#firstMissing())) return
      const source = this.#pick(from, new Set())
      if (!source) return
      const asked = this.#ask(source, { from, count: Math.min(count, share) })
      from += asked
      count -= asked
    }
  }

  #ask({ peer, upTo }: Source, { from, count }: Gap): number {
    const most = Math.min(count, this.#input.limits.windowsPerRequest, upTo - from + 1)
    this.asks.push({ peer, from, count: most })
    this.#count(peer)
    this.#budget -= this.#input.limits.bytesPerRequest
    return most
  }

  #count(peer: string): void {
    this.#load.set(peer, (this.#load.get(peer) ?? 0) + 1)
  }

  /** The least busy of those that can have it; then who failed least; then who was asked least. */
  #pick(window: number, excluded: ReadonlySet<string>): Source | undefined {
    const { sources, limits } = this.#input
    const load = ({ peer }: Source) => this.#load.get(peer) ?? 0
    const asked = ({ peer, asked: before }: Source) => before + this.asks.filter((ask) => ask.peer === peer).length
    const able = sources.filter((source) => {
      const isFree = load(source) < limits.requestsPerPeer && !excluded.has(source.peer)
      return isFree && source.upTo >= window && !source.lacks?.(window)
    })
    return able.sort((a, b) => load(a) - load(b) || a.failures - b.failures || asked(a) - asked(b))[0]
  }

  #firstMissing(): number {
    let window = this.#input.head + 1
    while (window <= this.#end && this.#input.isHeld(window)) window++
    return window
  }

  /** Runs of windows that are neither held nor on their way. */
  #gaps(): Gap[] {
    const { head, isHeld, flights } = this.#input
    const gaps: Gap[] = []
    const isMissing = (window: number) => !isHeld(window) && !flights.some((flight) => covers(flight, window))
    for (let from = head + 1; from <= this.#end; from++) {
      if (!isMissing(from)) continue
      const start = from
      while (from <= this.#end && isMissing(from)) from++
      gaps.push({ from: start, count: from - start })
    }
    return gaps
  }
}

function covers({ from, count }: Gap, window: number): boolean {
  return window >= from && window < from + count
}
