import { describe, expect, it } from 'vitest'
import type { FenceRecord } from '../../src/contracts/fence.js'
import { permitWaitMs } from '../../src/decide/last-permit.js'
import { clockCondition } from '../../src/decide/switchover.js'
import { takerClock } from '../../src/decide/taker-clock.js'
import { record } from './support/records.js'

const MIN = 60_000
const DAY = 24 * 60 * MIN
const SKEW = 10 * MIN
const NOON = Date.UTC(2026, 1, 7, 12)

/** `ownMs` and the true time of the provider as offsets from noon; the answer took no time. */
function clocks(ownMs: number, providerMs = 0, tripMs = 0) {
  const date = Math.floor((NOON + providerMs) / 1_000) * 1_000
  return takerClock({ ownMs: NOON + ownMs, providerMs: date, tripMs }, SKEW)
}

function timeOf(clock: ReturnType<typeof takerClock>) {
  if ('wrong' in clock) throw new Error(clock.wrong)
  return clock.ok
}

describe('the clock of whoever takes over', () => {
  it('is its own while it agrees with that of the provider', () => {
    for (const ms of [0, 1, 500, 999])
      expect(timeOf(clocks(ms, ms))).toEqual({ earliestMs: NOON + ms, latestMs: NOON + ms, finding: null })
  })

  it('counts what has passed by the earlier of both, and begins a wait at the later', () => {
    expect(timeOf(clocks(9 * MIN))).toMatchObject({ earliestMs: NOON + 999, latestMs: NOON + 9 * MIN })
    expect(timeOf(clocks(-9 * MIN))).toMatchObject({ earliestMs: NOON - 9 * MIN, latestMs: NOON })
    expect(timeOf(clocks(-9 * MIN, 0, 5_000))).toMatchObject({ latestMs: NOON + 5_000 })
  })

  it.each([
    ['a minute more than the skew ahead', 11 * MIN, '11 min ahead of'],
    ['a minute more than the skew behind', -11 * MIN, '11 min behind'],
    ['a day ahead', DAY, '24 h ahead of'],
    ['a day behind', -DAY, '24 h behind'],
  ])('is refused %s', (_, ownMs, words) => {
    const clock = clocks(ownMs)
    expect(clock).toEqual({ wrong: expect.stringContaining(words) })
    const { met, why } = clockCondition(clock)
    expect(met).toBe(false)
    expect(why).toMatch(/10 min are allowed: set the clock .* --drained/)
  })

  it('may differ by exactly the skew, beyond what the header and its way leave open', () => {
    expect(clocks(-SKEW)).toHaveProperty('ok')
    expect(clocks(-SKEW - 1)).toHaveProperty('wrong')
    expect(clocks(SKEW + 999)).toHaveProperty('ok')
    expect(clocks(SKEW + 1_000)).toHaveProperty('wrong')
    expect(clocks(SKEW + 1_000, 0, 1)).toHaveProperty('ok')
  })

  it('counts alone, and says so, where the provider tells no time', () => {
    const clock = takerClock({ ownMs: NOON + DAY, providerMs: null, tripMs: 0 }, SKEW)
    const finding = { code: 'provider-clock-unknown', message: expect.stringContaining('own clock alone') }
    expect(timeOf(clock)).toEqual({ earliestMs: NOON + DAY, latestMs: NOON + DAY, finding })
    expect(clockCondition(clock)).toEqual({ name: 'clock', met: true, why: finding.message })
  })

  it('never ends the wait for a last permit before the permit, wherever both commands are given', () => {
    const released = (atMs: number): FenceRecord =>
      record({ state: 'released', renewal: 3, permitMinutes: 30, renewedAt: new Date(atMs).toISOString() })
    for (const atStop of [-DAY, -10 * MIN, 0, 10 * MIN, DAY]) {
      const stop = clocks(atStop)
      for (const atClaim of [-DAY, -10 * MIN, 0, 10 * MIN, DAY]) {
        const claim = clocks(30 * MIN + atClaim, 30 * MIN)
        if ('wrong' in stop || 'wrong' in claim) continue
        const facts = { isDrained: false, nowMs: claim.ok.earliestMs, skewMs: SKEW }
        expect(permitWaitMs(released(stop.ok.latestMs), facts)).toBeGreaterThanOrEqual(SKEW - 1_000)
      }
    }
  })
})
