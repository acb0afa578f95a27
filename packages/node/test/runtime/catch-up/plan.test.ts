import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { PlanLimits } from '../../../src/runtime/catch-up/limits.js'
import { type Ask, type Flight, type PlanInput, planRequests, type Source } from '../../../src/runtime/catch-up/plan.js'

const LIMITS: PlanLimits = {
  windowsAhead: 512,
  windowsPerRequest: 64,
  requestsPerPeer: 2,
  bytesAhead: 32_000,
  bytesPerRequest: 2_000,
  slowMs: 5_000,
}

function source(peer: string, upTo: number, over: Partial<Source> = {}): Source {
  return { peer, upTo, failures: 0, asked: 0, ...over }
}

function input(over: Partial<PlanInput>): PlanInput {
  const base = { head: 0, upTo: 0, isHeld: () => false, heldBytes: 0, flights: [], sources: [], nowMs: 0 }
  return { ...base, limits: LIMITS, ...over }
}

const windowsOf = ({ from, count }: Ask) => Array.from({ length: count }, (_, i) => from + i)

describe('the plan of requests', () => {
  it('spreads any gap over all peers, so that none is left out', () => {
    const sources = ['a', 'b', 'c', 'd'].map((peer) => source(peer, 600))
    for (let upTo = 4; upTo <= 600; upTo++) {
      const asks = planRequests(input({ upTo, sources }))
      expect(new Set(asks.map(({ peer }) => peer)).size).toBe(4)
      const windows = asks.flatMap(windowsOf)
      expect(windows).toEqual(windows.map((_, i) => i + 1))
      if (upTo <= 256) expect(windows).toHaveLength(upTo)
    }
  })

  it('asks the one that failed least, then the one that was asked least', () => {
    const sources = [source('bad', 9, { failures: 1 }), source('busy', 9, { asked: 3 }), source('free', 9)]
    expect(planRequests(input({ upTo: 1, sources }))).toEqual([{ peer: 'free', from: 1, count: 1 }])
  })

  it('gives what a slow peer owes to another one, once', () => {
    const flight: Flight = { peer: 'slow', from: 1, count: 20, askedAtMs: 0 }
    const sources = [source('slow', 20), source('quick', 20)]
    const at = (nowMs: number, flights: readonly Flight[] = [flight]) => {
      return planRequests(input({ upTo: 20, sources, flights, nowMs }))
    }
    expect(at(4_999)).toEqual([])
    const second = { peer: 'quick', from: 1, count: 20 }
    expect(at(5_000)).toEqual([second])
    expect(at(5_001, [flight, { ...second, askedAtMs: 5_000 }])).toEqual([])
  })

  it('a peer is not asked for what it said it lacks', () => {
    const sources = [source('a', 40, { lacks: (window) => window === 5 })]
    const isHeld = (window: number) => window !== 5 && window < 20
    expect(planRequests(input({ head: 1, upTo: 40, isHeld, sources }))).toEqual([{ peer: 'a', from: 20, count: 21 }])
  })

  it('stops at the bound of bytes, but never leaves the head without a request', () => {
    const sources = ['a', 'b', 'c'].map((peer) => source(peer, 500))
    const full = { head: 0, upTo: 500, sources, heldBytes: LIMITS.bytesAhead }
    const asks = planRequests(input({ ...full, isHeld: (window) => window > 1 && window < 300 }))
    expect(asks).toHaveLength(1)
    expect(asks[0]).toMatchObject({ from: 1, count: 1 })
    expect(planRequests(input({ ...full, isHeld: (window) => window < 300 }))).toHaveLength(1)
  })

  it('keeps its invariants whatever is held, on its way and claimed', () => {
    fc.assert(
      fc.property(situation(), (situation) => {
        const asks = planRequests(situation)
        const { head, upTo, flights, sources, heldBytes, nowMs } = situation
        const asked = [...flights, ...asks]
        for (const { peer, upTo: claim } of sources) {
          const own = asks.filter((ask) => ask.peer === peer)
          expect(own.flatMap(windowsOf).every((window) => window <= claim)).toBe(true)
          const before = flights.filter((flight) => flight.peer === peer).length
          expect(own.length === 0 || before + own.length <= LIMITS.requestsPerPeer).toBe(true)
        }
        for (const ask of asks) {
          expect(ask.count).toBeGreaterThan(0)
          expect(ask.count).toBeLessThanOrEqual(LIMITS.windowsPerRequest)
          expect(ask.from).toBeGreaterThan(head)
          expect(ask.from + ask.count - 1).toBeLessThanOrEqual(Math.min(upTo, head + LIMITS.windowsAhead))
        }
        const counts = new Map<number, number>()
        for (const window of asks.flatMap(windowsOf)) counts.set(window, (counts.get(window) ?? 0) + 1)
        const isAskedTwice = [...counts].filter(([, count]) => count > 1)
        expect(isAskedTwice).toEqual([])
        const again = asks.filter((ask) => flights.some((flight) => overlaps(flight, ask)))
        const isSlow = (flight: Flight) => nowMs - flight.askedAtMs >= LIMITS.slowMs
        for (const ask of again) expect(flights.filter((flight) => overlaps(flight, ask)).every(isSlow)).toBe(true)
        expect(again.length).toBeLessThanOrEqual(1)
        const reserved = heldBytes + asked.length * LIMITS.bytesPerRequest
        expect(asks.length <= 2 || reserved <= LIMITS.bytesAhead + 2 * LIMITS.bytesPerRequest).toBe(true)
      }),
      { numRuns: 1_000 },
    )
  })

  it('always asks for the window that the head waits for, when anybody has it and is free', () => {
    fc.assert(
      fc.property(situation(), (situation) => {
        const { head, upTo, isHeld, flights, sources } = situation
        const first = head + 1
        const isOnItsWay = flights.some((flight) => windowsOf(flight).includes(first))
        const load = (peer: string) => flights.filter((flight) => flight.peer === peer).length
        const isAble = ({ peer, upTo: claim }: Source) => claim >= first && load(peer) < LIMITS.requestsPerPeer
        if (first > upTo || isHeld(first) || isOnItsWay || !sources.some(isAble)) return
        expect(planRequests(situation).some(({ from }) => from === first)).toBe(true)
      }),
      { numRuns: 1_000 },
    )
  })

  it('in virtual time: every window comes, however slow, short, wrong or silent peers are', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 900 }),
        fc.array(behaviour(), { minLength: 1, maxLength: 5 }),
        (end, peers) => {
          const run = new VirtualRun(end, [...peers, { delayMs: 300, most: 64, isSilent: false, failsEvery: 0 }])
          run.go()
          expect(run.head).toBe(end)
        },
      ),
      { numRuns: 100 },
    )
  })
})

function overlaps(a: Ask, b: Ask): boolean {
  return a.from < b.from + b.count && b.from < a.from + a.count
}

function situation(): fc.Arbitrary<PlanInput> {
  const peers = ['a', 'b', 'c', 'd']
  const ask = fc.record({
    peer: fc.constantFrom(...peers),
    from: fc.integer({ min: 1, max: 700 }),
    count: fc.integer({ min: 1, max: 64 }),
    askedAtMs: fc.integer({ min: 0, max: 10_000 }),
  })
  const claims = fc.array(fc.integer({ min: 0, max: 800 }), { minLength: 0, maxLength: 4 })
  const held = fc.uniqueArray(fc.integer({ min: 1, max: 700 }), { maxLength: 60 })
  return fc
    .record({ head: fc.integer({ min: 0, max: 600 }), upTo: fc.integer({ min: 0, max: 800 }), claims, held })
    .chain(({ head, upTo, claims: heads, held: windows }) =>
      fc
        .record({ flights: fc.array(ask, { maxLength: 8 }), nowMs: fc.integer({ min: 10_000, max: 20_000 }) })
        .map((rest) => {
          const known = new Set(windows)
          const sources = heads.map((claim, index) => source(peers[index] ?? '', claim))
          return input({ ...rest, head, upTo, isHeld: (w) => known.has(w), heldBytes: windows.length * 600, sources })
        }),
    )
}

interface Behaviour {
  readonly delayMs: number
  /** Windows in one answer at most. */
  readonly most: number
  readonly isSilent: boolean
  /** Each so many-th answer is an error; 0: none. */
  readonly failsEvery: number
}

function behaviour(): fc.Arbitrary<Behaviour> {
  return fc.record({
    delayMs: fc.integer({ min: 1, max: 12_000 }),
    most: fc.integer({ min: 1, max: 64 }),
    isSilent: fc.boolean(),
    failsEvery: fc.integer({ min: 0, max: 4 }),
  })
}

const STEP_MS = 100
const TIMEOUT_MS = 15_000

/** The plan carried out by peers of known behaviour; a window is applied the moment it is there. */
class VirtualRun {
  head = 0
  readonly #end: number
  readonly #peers: readonly Behaviour[]
  readonly #held = new Set<number>()
  readonly #answers = new Map<string, number>()
  readonly #failures = new Map<string, number>()
  #flights: Flight[] = []

  constructor(end: number, peers: readonly Behaviour[]) {
    this.#end = end
    this.#peers = peers
  }

  go(): void {
    for (let nowMs = 0; this.head < this.#end && nowMs < 3_600_000; nowMs += STEP_MS) {
      for (const flight of [...this.#flights]) this.#settle(flight, nowMs)
      while (this.#held.delete(this.head + 1)) this.head++
      const asks = planRequests(this.#input(nowMs))
      this.#flights.push(...asks.map((ask) => ({ ...ask, askedAtMs: nowMs })))
    }
  }

  #input(nowMs: number): PlanInput {
    const sources = this.#peers.map((_, index) => {
      const peer = String(index)
      return source(peer, this.#end, { failures: this.#failures.get(peer) ?? 0, asked: this.#answers.get(peer) ?? 0 })
    })
    const { head } = this
    const isHeld = (window: number) => this.#held.has(window)
    return input({ head, upTo: this.#end, isHeld, heldBytes: 0, flights: this.#flights, sources, nowMs })
  }

  #settle(flight: Flight, nowMs: number): void {
    const { delayMs, most, isSilent, failsEvery } = this.#peers[Number(flight.peer)] as Behaviour
    const elapsedMs = nowMs - flight.askedAtMs
    if (elapsedMs < (isSilent ? TIMEOUT_MS : delayMs)) return
    this.#flights = this.#flights.filter((one) => one !== flight)
    const answers = (this.#answers.get(flight.peer) ?? 0) + 1
    this.#answers.set(flight.peer, answers)
    if (isSilent || (failsEvery > 0 && answers % failsEvery === 0)) {
      this.#failures.set(flight.peer, (this.#failures.get(flight.peer) ?? 0) + 1)
      return
    }
    for (const window of windowsOf(flight).slice(0, most)) if (window > this.head) this.#held.add(window)
  }
}
