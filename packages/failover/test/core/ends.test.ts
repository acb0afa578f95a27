import { describe, expect, it } from 'vitest'
import { RANK } from '../../src/epoch.js'
import { actingBench, Bench } from './support/bench.js'
import { acting, claim, epochOf, POLICY } from './support/settings.js'

/** What ends a tenure: spec three-mirror 4, D1 to D4, D9. */
describe('D1 stall', () => {
  it('a loop that was not run for isolateAfter fences before it demotes, and is not eligible until it has asked', () => {
    const bench = actingBench('amsterdam').sleep(2_000 - 250)
    const seen = bench.effects.length
    bench.step()
    const kinds = bench.effects.slice(seen).map(({ kind }) => kind)
    expect(kinds.indexOf('fence-local')).toBeGreaterThanOrEqual(0)
    expect(kinds.indexOf('fence-local')).toBeLessThan(kinds.indexOf('demote'))
    expect(bench.decision.rule).toBe('D1')
    expect(bench.claim.isEligible).toBe(false)
  })

  it('a loop that was late by less goes on', () => {
    const bench = actingBench('amsterdam').sleep(1_250).step()
    expect(bench.decision).toMatchObject({ role: 'master' })
    expect(bench.all('fence-local')).toEqual([])
  })

  it.each([
    [501, 'standby'],
    [-501, 'standby'],
    [500, 'master'],
  ])('boot-time and monotonic clock differ by %i ms: %s', (differenceMs, role) => {
    const bench = actingBench('amsterdam')
    bench.bootOffsetMs += differenceMs
    expect(bench.step().decision.role).toBe(role)
  })

  it('after a stall nobody is dead for want of signs that nobody could take in', () => {
    const bench = new Bench('almaty')
    bench.peer('amsterdam').claim = acting('amsterdam', 4)
    bench.run(10_000)
    bench.sleep(60_000).step()
    expect(bench.claim).toMatchObject({ state: 'standby', isEligible: false })
    expect(bench.decision.hosts.amsterdam?.isAlive).toBe(true)
    bench.run(10_000)
    expect(bench.claim.state).toBe('standby')
    expect(bench.all('promote')).toEqual([])
  })
})

describe('D2 isolation', () => {
  it('no standing: demoted without grace within killBudget, and isolated', () => {
    const bench = actingBench('amsterdam').seeing().reach()
    bench.until('stopping')
    expect(bench.decision.rule).toBe('D2')
    expect(bench.all('demote').at(-1)).toMatchObject({ budgetMs: 500, isGraceful: false })
    bench.run(5_000)
    expect(bench.claim).toMatchObject({ state: 'standby', reason: 'isolated', mode: 'ISOLATED' })
  })

  it('stops one turn before its right to act ends', () => {
    const bench = actingBench('amsterdam').reach()
    bench.run(3_000)
    const untilMs = Number(bench.decision.actUntilMs)
    bench.seeing().until('stopping')
    expect(bench.nowMs).toBeLessThanOrEqual(untilMs)
  })

  it('a majority that answers keeps it acting, whatever the witnesses do', () => {
    const bench = actingBench('amsterdam').reach().seeing('spb', 'moscow').run(30_000)
    expect(bench.decision.role).toBe('master')
  })

  it('a stop that does not end is forced again and again, with an alarm', () => {
    const bench = actingBench('amsterdam')
    bench.isRunnerAutomatic = false
    bench.seeing().reach().until('stopping')
    bench.run(3_000)
    expect(bench.claim.state).toBe('stopping')
    expect(bench.all('fence-local').length).toBeGreaterThanOrEqual(2)
    expect(bench.all('alert').map(({ code }) => code)).toContain('DEMOTE_OVERDUE')
    bench.runner({ kind: 'demoted' }).step()
    expect(bench.claim.state).toBe('standby')
  })
})

describe('D3 yield', () => {
  it('demotes at once for a higher epoch that acts', () => {
    const bench = actingBench('amsterdam')
    bench.peer('spb').claim = acting('spb', 9)
    bench.run(500)
    expect(bench.claim.state).not.toBe('acting')
    expect(bench.all('demote').at(-1)?.reason).toContain('spb')
    expect(bench.all('alert').map(({ code }) => code)).toContain('OVERLAP')
  })

  it('at an equal counter the rank decides, then the place in the chain', () => {
    const bench = actingBench('almaty')
    expect(bench.claim.epoch).toBe(epochOf('almaty', 1))
    bench.peer('spb').claim = acting('spb', 1)
    bench.peer('amsterdam').claim = acting('amsterdam', 1, RANK.OTHER)
    expect(bench.run(2_000).decision.role).toBe('master')
    bench.peer('amsterdam').claim = acting('amsterdam', 1)
    expect(bench.run(2_000).decision.role).toBe('standby')
  })

  it('one that acts no more does not displace, however high its epoch was', () => {
    const bench = actingBench('amsterdam')
    bench.peer('spb').claim = claim({ epoch: epochOf('spb', 9) })
    expect(bench.run(2_000).decision.role).toBe('master')
  })

  it('seen at a witness alone: a leader without peers stops too (S7)', () => {
    const bench = actingBench('amsterdam').seeing().run(6_000)
    expect(bench.decision.mode).toBe('SURVIVOR')
    bench.witness('w2').posts.spb = { claim: acting('spb', 9), ageMs: 300 }
    bench.run(1_000)
    expect(bench.claim.state).not.toBe('acting')
  })

  it('a refusal of a sink with a higher epoch is the order to demote; one of an older write is not (9)', () => {
    const bench = actingBench('amsterdam')
    const { nowMs } = bench
    bench.observe({ kind: 'epoch-refused', policy: POLICY, atMs: nowMs, highest: 1n }).step()
    expect(bench.decision.role).toBe('master')
    bench.observe({ kind: 'epoch-refused', policy: POLICY, atMs: nowMs, highest: epochOf('moscow', 40) }).step()
    expect(bench.decision).toMatchObject({ role: 'standby', rule: 'D3' })
    bench.until('acting')
    expect(bench.claim.epoch).toBe(epochOf('amsterdam', 41))
  })
})

describe('D4 health', () => {
  it('a leader that is well is eligible by its own words, and one that stops is not', () => {
    const bench = actingBench('amsterdam')
    expect(bench.claim).toMatchObject({ state: 'acting', isEligible: true, reason: null })
    bench.isRunnerAutomatic = false
    bench.health(false).run(500)
    expect(bench.claim).toMatchObject({ state: 'stopping', isEligible: false })
  })

  it('an unhealthy service ends the tenure; back-off is 30 s and doubles to 10 min', () => {
    const bench = actingBench('amsterdam')
    // Somebody else is eligible, so that D7 does not shorten it.
    bench.peer('moscow').claim = claim()
    bench.run(2_000)
    const offs: number[] = []
    for (let failure = 0; failure < 7; failure++) {
      bench.health(false).step()
      expect(bench.decision.rule).toBe('D4')
      offs.push(Number(bench.state.policies[POLICY]?.backOff.untilMs) - bench.nowMs)
      // Sooner than that by D7: nobody else takes the role.
      bench.until('acting', 60_000)
      bench.run(500)
    }
    expect(offs).toEqual([30_000, 60_000, 120_000, 240_000, 480_000, 600_000, 600_000])
  })

  it('in back-off a host is not eligible, and is again when it is over', () => {
    const bench = actingBench('amsterdam')
    bench.peer('moscow').claim = claim()
    bench.run(2_000).health(false).step().run(250)
    expect(bench.claim).toMatchObject({ state: 'standby', isEligible: false, reason: 'back-off' })
    bench.peer('moscow').claim = acting('moscow', 100)
    bench.run(29_000)
    expect(bench.claim.reason).toBe('back-off')
    bench.run(1_000)
    expect(bench.claim).toMatchObject({ state: 'standby', isEligible: true, reason: null })
  })

  it('after ten minutes of health a failure is the first again', () => {
    const bench = actingBench('amsterdam')
    bench.peer('moscow').claim = claim()
    bench.run(2_000).health(false).run(1_000)
    bench.until('acting', 40_000)
    bench.health(true).run(601_000)
    bench.health(false).run(1_000)
    expect(bench.state.policies[POLICY]?.backOff.failures).toBe(1)
  })

  it('a promotion that throws, or takes longer than it may, ends in back-off', () => {
    const bench = new Bench('amsterdam')
    bench.isRunnerAutomatic = false
    bench.runner({ kind: 'demoted' }).until('acting')
    const { epoch } = bench.claim
    bench.run(1_500)
    expect(bench.claim.state).toBe('acting')
    bench.run(750)
    expect(bench.claim.state).toBe('stopping')
    bench.runner({ kind: 'demoted' }).step()
    expect(bench.claim).toMatchObject({ state: 'standby', reason: 'back-off' })
    expect(epoch).not.toBeNull()
  })

  it('the failure of an older promotion does not end the present one', () => {
    const bench = actingBench('amsterdam')
    bench.runner({ kind: 'promote-failed', epoch: 1n, reason: 'late' }).step()
    expect(bench.decision.role).toBe('master')
    bench.runner({ kind: 'promote-failed', epoch: bench.claim.epoch ?? 0n, reason: 'now' }).step()
    expect(bench.decision.role).toBe('standby')
  })

  it('a health that is not judged yet is no failure', () => {
    const bench = actingBench('amsterdam').health(null).run(2_000)
    expect(bench.decision.role).toBe('master')
  })
})

describe('D9 pause', () => {
  const pause = { reason: 'work', by: 'operator', remainingMs: 60_000 }

  it('suppresses promotion until it ends', () => {
    const bench = new Bench('amsterdam').command({ kind: 'pause', pause }).run(30_000)
    expect(bench.claim.state).toBe('standby')
    bench.run(40_000)
    expect(bench.claim.state).toBe('acting')
  })

  it('of any host holds for all, as long as it is heard of', () => {
    const bench = new Bench('amsterdam')
    bench.peer('moscow').pause = pause
    expect(bench.run(20_000).claim.state).toBe('standby')
    bench.peer('moscow').pause = null
    expect(bench.run(5_000).claim.state).toBe('acting')
  })

  it('resumed, it holds no longer even where a host that has died meanwhile had it', () => {
    const bench = new Bench('amsterdam').command({ kind: 'pause', pause: { ...pause, remainingMs: 3_600_000 } })
    bench.peer('moscow').pause = { ...pause, remainingMs: 3_600_000 }
    bench.run(10_000)
    bench.peer('moscow').isUp = false
    bench.run(10_000)
    bench.command({ kind: 'resume' }).run(5_000)
    expect(bench.claim.state).toBe('acting')
  })

  it('suppresses health moves and failback, never D1, D2 and D3', () => {
    const bench = actingBench('almaty').command({ kind: 'pause', pause: { ...pause, remainingMs: 3_600_000 } })
    bench.peer('amsterdam').claim = claim()
    bench.health(false).run(60_000)
    expect(bench.decision.role).toBe('master')
    expect(bench.sent('handover')).toEqual([])
    bench.peer('spb').claim = acting('spb', 9)
    bench.run(1_000)
    expect(bench.decision.role).toBe('standby')
    const cut = actingBench('almaty').command({ kind: 'pause', pause }).seeing().reach()
    cut.run(2_500)
    expect(cut.decision.role).toBe('standby')
    const stalled = actingBench('almaty').command({ kind: 'pause', pause }).sleep(2_000).step()
    expect(stalled.decision.role).toBe('standby')
  })
})
