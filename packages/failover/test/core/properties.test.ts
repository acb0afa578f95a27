import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { standingAt, standingEndMs } from '../../src/core/standing.js'
import type { HandoverMessage } from '../../src/core/types.js'
import { Bench } from './support/bench.js'
import { acting, CHAIN, claim, epochOf, ineligible, POLICY } from './support/settings.js'

/** What no sequence of observations may bring about: spec three-mirror 4, 9, 10.4. */
const RUNS = 150
const STEPS = 80
const SELF = CHAIN[1]
const OTHERS = CHAIN.filter((host) => host !== SELF)
const WITNESSES = ['w1', 'w2', 'w3']

type Event = (bench: Bench) => unknown

const host = fc.constantFrom(...OTHERS)
const counter = fc.integer({ min: 1, max: 9 })
const witness = fc.constantFrom(...WITNESSES)

const said = fc.oneof(
  fc.constant(() => claim()),
  fc.constant(() => ineligible('not-ready')),
  fc.constant(() => ineligible('lag')),
  fc.constant(() => claim({ state: 'candidate', candidacy: 1 })),
  counter.map((n) => (name: string) => acting(name, n)),
)

const message = fc
  .tuple(counter, fc.constantFrom('handover', 'accept', 'refuse', 'grant'))
  .map(([n, type]) => (from: string): HandoverMessage => {
    if (type === 'grant') {
      return { type, grant: { policy: POLICY, from, target: SELF, counter: n, validMs: 5_000 } }
    }
    const epoch = epochOf(type === 'handover' ? from : SELF, n)
    return type === 'accept' ? { type, policy: POLICY, epoch } : { type, policy: POLICY, epoch, reason: 'any' }
  })

/** Weighted so that most turns are ordinary: a history of nothing but faults never reaches a leader. */
const event: fc.Arbitrary<Event> = fc.oneof(
  { weight: 12, arbitrary: fc.integer({ min: 1, max: 12 }).map((turns) => (bench: Bench) => bench.run(turns * 250)) },
  {
    weight: 3,
    arbitrary: fc.tuple(host, fc.boolean()).map(
      ([name, isUp]) =>
        (b: Bench) =>
          set(b, name, { isUp }),
    ),
  },
  {
    weight: 1,
    arbitrary: fc.tuple(host, fc.boolean()).map(
      ([h, isRelayed]) =>
        (b: Bench) =>
          set(b, h, { isRelayed }),
    ),
  },
  {
    weight: 1,
    arbitrary: fc.tuple(host, fc.boolean()).map(
      ([h, isNoting]) =>
        (b: Bench) =>
          set(b, h, { isNoting }),
    ),
  },
  {
    weight: 4,
    arbitrary: fc.tuple(host, said).map(
      ([h, make]) =>
        (b: Bench) =>
          set(b, h, { claim: make(h) }),
    ),
  },
  {
    weight: 2,
    arbitrary: fc.tuple(witness, fc.boolean()).map(
      ([w, isUp]) =>
        (b: Bench) =>
          Object.assign(b.witness(w), { isUp }),
    ),
  },
  {
    weight: 1,
    arbitrary: fc.tuple(witness, host, said).map(
      ([w, h, make]) =>
        (b: Bench) =>
          postAt(b, w, h, make(h)),
    ),
  },
  { weight: 1, arbitrary: fc.integer({ min: 0, max: 6_000 }).map((ms) => (bench: Bench) => bench.sleep(ms).step()) },
  {
    weight: 2,
    arbitrary: fc.tuple(host, message).map(
      ([h, make]) =>
        (bench: Bench) =>
          bench.message(h, make(h)).step(),
    ),
  },
  { weight: 1, arbitrary: fc.boolean().map((isHealthy) => (bench: Bench) => bench.health(isHealthy).step()) },
  {
    weight: 1,
    arbitrary: fc.tuple(host, counter).map(
      ([h, n]) =>
        (b: Bench) =>
          b.observe({ kind: 'epoch-refused', policy: POLICY, atMs: b.nowMs, highest: epochOf(h, n) }),
    ),
  },
)

function set(bench: Bench, name: string, change: object): void {
  Object.assign(bench.peer(name), change)
}

function postAt(bench: Bench, name: string, by: string, made: ReturnType<typeof claim>): void {
  bench.witness(name).posts[by] = { claim: made, ageMs: 200 }
}

/** Judges after every turn, not only after every event. */
class Judged extends Bench {
  isBegun = false
  highest = 0n
  faults: string[] = []

  override step(stepMs?: number): this {
    const seen = this.effects.length
    super.step(stepMs)
    this.#judge(seen)
    return this
  }

  #judge(seen: number): void {
    const now = this.effects.slice(seen)
    const { actUntilMs, role } = this.decision
    if (role === 'master' && !(Number(actUntilMs) > this.nowMs)) this.faults.push('acts past its right to act')
    const known = this.state.highest[POLICY] ?? 0n
    if (known < this.highest) this.faults.push('the highest epoch fell')
    this.highest = known
    for (const [index, effect] of now.entries()) {
      if (effect.kind !== 'promote') continue
      if (effect.standing === 'none') this.faults.push('promoted without standing')
      const before = now[index - 1]
      if (before?.kind !== 'persist-epoch' || before.epoch !== effect.epoch) this.faults.push('not durable before use')
      const live = OTHERS.filter((name) => this.peer(name).isUp && this.#isActing(name))
      if (live.length > 0 && role === 'master' && this.state.policies[POLICY]?.tenure.phase === 'acting') {
        const { tenure } = this.state.policies[POLICY] ?? {}
        const granter = tenure?.phase === 'acting' ? tenure.grantedBy : null
        if (live.some((name) => name !== granter)) this.faults.push(`promoted beside ${live}`)
      }
    }
  }

  #isActing(name: string): boolean {
    const known = this.state.hosts[name]
    const told = known?.claims[POLICY]?.state
    // What it has told already, within what an answer takes: what it has not told yet nobody can know.
    return told === 'acting' && this.nowMs - Number(known?.signMs) < 3_000
  }
}

function played(events: readonly Event[]): Judged {
  const bench = new Judged(SELF)
  bench.run(4_000)
  for (const each of events) each(bench)
  return bench
}

describe('whatever is observed', () => {
  it('never acts past its right to act, without standing or beside a leader it hears of; no epoch falls or is used before it is durable', () => {
    let promotions = 0
    fc.assert(
      fc.property(fc.array(event, { minLength: 10, maxLength: STEPS }), (events) => {
        const bench = played(events)
        promotions += bench.all('promote').length
        expect(bench.faults).toEqual([])
        const epochs = bench.all('persist-epoch').map(({ epoch }) => epoch)
        expect(epochs.every((epoch, index) => index === 0 || epoch > (epochs[index - 1] ?? 0n))).toBe(true)
      }),
      { numRuns: RUNS },
    )
    // Histories in which nobody is ever promoted would show nothing.
    expect(promotions).toBeGreaterThan(RUNS / 4)
  })

  it('two tenures never meet: between two promotions everything of the first has ended', () => {
    fc.assert(
      fc.property(fc.array(event, { minLength: 10, maxLength: STEPS }), (events) => {
        const kinds = played(events).effects.flatMap(({ kind }) =>
          kind === 'promote' || kind === 'demote' ? [kind] : [],
        )
        expect(kinds.some((kind, index) => kind === 'promote' && kinds[index - 1] === 'promote')).toBe(false)
      }),
      { numRuns: RUNS },
    )
  })

  it('the same observations give the same turns: nothing else decides', () => {
    fc.assert(
      fc.property(fc.array(event, { maxLength: 30 }), (events) => {
        expect(played(events).effects).toEqual(played(events).effects)
      }),
      { numRuns: 20 },
    )
  })
})

describe('the end of a standing', () => {
  const moment = fc.oneof(fc.constant(Number.NEGATIVE_INFINITY), fc.integer({ min: 0, max: 9 }))
  const rules = fc.record({ hasWitnesses: fc.boolean(), isQuorumAlways: fc.boolean(), mayLeadAlone: fc.boolean() })

  it('is the first moment without one, whatever the rules', () => {
    fc.assert(
      fc.property(moment, moment, rules, fc.integer({ min: 0, max: 10 }), (majorityMs, quorumMs, given, nowMs) => {
        const until = { majorityMs, quorumMs, fastQuorumMs: quorumMs }
        expect(nowMs < standingEndMs(until, given)).toBe(standingAt(until, given, nowMs) !== 'none')
      }),
    )
  })
})
