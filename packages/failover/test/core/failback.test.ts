import { describe, expect, it } from 'vitest'
import { actingBench, Bench } from './support/bench.js'
import { acting, CHAIN, claim, ineligible } from './support/settings.js'

/** Spec three-mirror 4, D8; 10.4. */
const [FIRST, SECOND, THIRD] = CHAIN

describe('D8 failback', () => {
  it('begins when a higher host has been eligible for the hold-down, without a lag', () => {
    const bench = actingBench(THIRD)
    bench.peer(SECOND).claim = claim({ lagMs: 1 })
    bench.run(40_000)
    expect(bench.sent('handover')).toEqual([])
    bench.peer(SECOND).claim = claim()
    bench.run(2_000)
    expect(bench.sent('handover').length).toBeGreaterThan(0)
    expect(bench.all('send').at(-1)?.host).toBe(SECOND)
  })

  it('not earlier, and from the beginning after a break', () => {
    const bench = actingBench(SECOND)
    bench.peer(FIRST).claim = claim()
    bench.run(29_000)
    bench.peer(FIRST).claim = ineligible('not-ready')
    bench.run(2_000)
    bench.peer(FIRST).claim = claim()
    bench.run(29_000)
    expect(bench.sent('handover')).toEqual([])
    expect(bench.decision.holdDown).toMatchObject({ host: FIRST })
    bench.run(3_000)
    expect(bench.sent('handover').length).toBeGreaterThan(0)
  })

  it.each(['manual', 'never'] as const)('not with %s', (failback) => {
    const bench = actingBench(SECOND, { policy: { failback } })
    bench.peer(FIRST).claim = claim()
    expect(bench.run(120_000).sent('handover')).toEqual([])
    expect(bench.decision.holdDown).toBeNull()
  })

  it('never to a lower host', () => {
    const bench = actingBench(FIRST)
    for (const host of CHAIN.slice(1)) bench.peer(host).claim = claim()
    expect(bench.run(120_000).sent('handover')).toEqual([])
  })

  it('the hold-down doubles per flap within an hour, to one hour at most', () => {
    const bench = actingBench(SECOND)
    const lengths: number[] = []
    for (let loss = 0; loss < 9; loss++) {
      bench.peer(FIRST).claim = claim()
      bench.run(1_000)
      lengths.push(Number(bench.decision.holdDown?.remainingMs))
      bench.peer(FIRST).claim = ineligible('not-ready')
      bench.run(1_000)
    }
    const seconds = lengths.map((ms) => Math.round(ms / 1_000))
    const expected = [30, 30, 60, 120, 240, 480, 960, 1_920, 3_600]
    for (const [index, value] of seconds.entries())
      expect(Math.abs(value - Number(expected[index]))).toBeLessThanOrEqual(1)
    bench.run(3_600_000)
    bench.peer(FIRST).claim = claim()
    bench.run(1_000)
    expect(Number(bench.decision.holdDown?.remainingMs)).toBeLessThanOrEqual(30_000)
  })

  it('an unplanned failover is never delayed by it', () => {
    const bench = new Bench(SECOND)
    for (let flap = 0; flap < 4; flap++) {
      bench.peer(FIRST).claim = ineligible('not-ready')
      bench.run(2_000)
      bench.peer(FIRST).claim = acting(FIRST, 3)
      bench.run(2_000)
    }
    bench.peer(FIRST).isUp = false
    expect(bench.until('acting')).toBeLessThanOrEqual(5_250)
  })
})
