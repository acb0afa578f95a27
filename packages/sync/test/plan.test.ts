import { seededRandom } from '@montana/foundation'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { gapsOf, keyAt, kOf, LAST_K, spanOf, tilesOf } from '../src/plan/keys.js'
import { DEFAULT_LIMITS } from '../src/plan/limits.js'
import { type SimulatedPeer, simulate } from './support/virtual-mesh.js'

const HONEST: SimulatedPeer = { id: 'a', latencyMs: 20, behaviour: () => 'answer' }
const named = (ids: string, rest: Partial<SimulatedPeer> = {}) =>
  [...ids].map((id) => ({ ...HONEST, id, ...rest }) satisfies SimulatedPeer)

describe('the key space', () => {
  it('is the same in both directions', () => {
    const key = Uint8Array.from({ length: 32 }, (_, i) => i)
    expect(keyAt(kOf(key))).toEqual(key)
    expect(keyAt(LAST_K)).toEqual(new Uint8Array(32).fill(0xff))
  })

  it('is tiled by the pieces of its gaps', () => {
    const spans = fc.array(fc.bigInt(0n, LAST_K), { maxLength: 12 }).map((ends) => {
      const sorted = [...new Set(ends)].sort((a, b) => (a < b ? -1 : 1))
      return sorted.flatMap((lo, i) => (i % 2 === 0 && sorted[i + 1] ? [{ lo, hi: sorted[i + 1] ?? lo }] : []))
    })
    fc.assert(
      fc.property(spans, (done) => {
        const tiles = gapsOf(done)
          .flatMap(tilesOf)
          .map((tile) => ('depth' in tile ? spanOf(tile.depth, tile.prefix) : tile))
        const all = [...tiles, ...done].sort((a, b) => (a.lo < b.lo ? -1 : 1))
        expect(all[0]?.lo).toBe(0n)
        expect(all.at(-1)?.hi).toBe(LAST_K)
        for (const [i, { hi }] of all.entries()) if (all[i + 1]) expect(all[i + 1]?.lo).toBe(hi + 1n)
      }),
      { numRuns: 60 },
    )
  })
})

describe('a plan in virtual time', () => {
  it('fetches everything once from four honest peers, within the rates', () => {
    const run = simulate({ records: 20_000, peers: named('abcd'), seed: 1 })
    expect(run).toMatchObject({ ended: 'done', records: 20_000, dropped: [], askedTwice: 0 })
    expect(run.maxInFlight).toBeLessThanOrEqual(DEFAULT_LIMITS.inFlight)
    expect(run.rateViolations).toBe(0)
    expect(Math.min(...run.jobsByPeer.values())).toBeGreaterThan(0.15 * run.jobs)
  })

  it('has no more on the way than a thousandth of a large table', () => {
    const run = simulate({ records: 200_000, peers: named('abcd'), seed: 2 })
    expect(run.ended).toBe('done')
    expect(run.maxRecordsHeld).toBeLessThanOrEqual(1.5 * 200)
  })

  it('drops one liar of four, keeps the work of the others and ends', () => {
    const liar: SimulatedPeer = { ...HONEST, id: 'd', behaviour: (job) => (job % 5 === 0 ? 'lie' : 'answer') }
    const run = simulate({ records: 5_000, peers: [...named('abc'), liar], seed: 3 })
    expect(run).toMatchObject({ ended: 'done', records: 5_000, dropped: ['d'] })
    expect(run.jobsByPeer.get('d')).toBeLessThan(10)
  })

  it('gives the piece of a slow peer to another and drops the peer in the end', () => {
    const slow: SimulatedPeer = { ...HONEST, id: 'd', latencyMs: 60_000 }
    const run = simulate({ records: 60_000, peers: [...named('abc'), slow], seed: 4 })
    expect(run).toMatchObject({ ended: 'done', records: 60_000, dropped: ['d'] })
    // What three peers take at their rates: nobody waited for the fourth.
    expect(run.elapsedMs).toBeLessThan((1.02 * 1000 * run.pieces) / (3 * DEFAULT_LIMITS.perSecond))
  })

  it('waits for a slow peer that is the only one', () => {
    const run = simulate({ records: 300, peers: named('a', { latencyMs: 8_000 }), seed: 5 })
    expect(run).toMatchObject({ ended: 'done', records: 300, dropped: [] })
  })

  it('leaves a busy peer alone for as long as it says', () => {
    const busy: SimulatedPeer = { ...HONEST, id: 'b', behaviour: () => 'busy' }
    const run = simulate({ records: 5_000, peers: [...named('a'), busy], seed: 6 })
    expect(run).toMatchObject({ ended: 'done', records: 5_000, dropped: [] })
    expect(run.jobsByPeer.get('b')).toBeLessThan(12)
  })

  it('is not made to split by one peer that calls everything too large', () => {
    const liar: SimulatedPeer = { ...HONEST, id: 'd', behaviour: () => 'tooLarge' }
    const alone = simulate({ records: 5_000, peers: named('abc'), seed: 7 })
    const run = simulate({ records: 5_000, peers: [...named('abc'), liar], seed: 7 })
    expect(run).toMatchObject({ ended: 'done', records: 5_000 })
    expect(run.pieces).toBeLessThan(2.5 * alone.pieces)
  })

  it('drops a peer that calls everything too large, as soon as others have sent three such pieces whole', () => {
    const liar: SimulatedPeer = { ...HONEST, id: 'd', behaviour: () => 'tooLarge' }
    const run = simulate({ records: 20_000, peers: [...named('abc'), liar], seed: 7 })
    expect(run).toMatchObject({ ended: 'done', records: 20_000, dropped: ['d'] })
    expect(run.jobsByPeer.get('d')).toBeLessThan(16)
  })

  it.each(['d', 'de'])('asks %s no more than so often when nobody else is there, and is stuck', (ids) => {
    const run = simulate({ records: 20_000, peers: named(ids, { behaviour: () => 'tooLarge' }), seed: 7 })
    expect(run).toMatchObject({ ended: 'stuck', dropped: expect.arrayContaining([...ids]) })
    expect(run.jobs).toBeLessThan(70 * ids.length)
  })

  it('drops no honest peer where the table is a million times larger than announced', () => {
    const run = simulate({ records: 100_000, claimed: 1, peers: named('abcd'), seed: 11 })
    expect(run).toMatchObject({ ended: 'done', dropped: [] })
    expect(simulate({ records: 20_000, claimed: 1, peers: named('a'), seed: 11 })).toMatchObject({ dropped: [] })
  })

  it('asks for ranges where keys share more than 24 branch decisions', () => {
    const run = simulate({ records: 3_000, knot: 700, peers: named('ab'), seed: 8 })
    expect(run).toMatchObject({ ended: 'done', records: 3_700 })
    expect(run.ranges).toBeGreaterThan(2)
  })

  it.each([0, 40, 4_000_000_000])('ends where the manifest announces %i records instead of 4000', (claimed) => {
    const run = simulate({ records: 4_000, claimed, peers: named('abcd'), seed: 9 })
    expect(run).toMatchObject({ ended: 'done', records: 4_000 })
    expect(run.jobs).toBeLessThan(4_000)
  })

  it('says that it is stuck when nobody serves the window any more, and goes on with a new peer', () => {
    const stale: SimulatedPeer = { ...HONEST, behaviour: (job) => (job > 6 ? 'missing' : 'answer') }
    const run = simulate({ records: 5_000, peers: [stale], seed: 10 })
    expect(run.ended).toBe('stuck')
    const late: SimulatedPeer = { ...HONEST, id: 'late', joinsAtMs: 30_000 }
    expect(simulate({ records: 5_000, peers: [stale, late], seed: 10 })).toMatchObject({
      ended: 'done',
      records: 5_000,
    })
  })

  it('ends with any mixture of peers of which one is honest', () => {
    const kinds = ['answer', 'lie', 'busy', 'fail', 'tooLarge', 'missing'] as const
    const peers = fc.array(
      fc.record({ weights: fc.array(fc.constantFrom(...kinds), { minLength: 1, maxLength: 6 }) }),
      {
        maxLength: 4,
      },
    )
    fc.assert(
      fc.property(peers, fc.integer(), fc.integer({ min: 1, max: 2_000 }), (mixed, seed, records) => {
        const random = seededRandom(seed)
        const others = mixed.map(({ weights }, index): SimulatedPeer => {
          const behaviour = () => weights[Math.floor(random.next() * weights.length)] ?? 'answer'
          return { id: `m${index}`, latencyMs: 5 + 400 * random.next(), behaviour }
        })
        const run = simulate({ records, peers: [HONEST, ...others], seed })
        expect(run).toMatchObject({ ended: 'done', records, rateViolations: 0 })
        expect(new Set(run.dropped).size).toBe(run.dropped.length)
        expect(run.maxInFlight).toBeLessThanOrEqual(DEFAULT_LIMITS.inFlight)
      }),
      { numRuns: 40 },
    )
  })
})
