import { describe, expect, it } from 'vitest'
import { claimForPromotion } from '../../src/decide/fence-promotion.js'
import { release, renew } from '../../src/decide/fence-rules.js'
import { permitWaitMs, stoppedRest } from '../../src/decide/last-permit.js'
import { mayAct } from '../../src/decide/permit.js'
import { atPromotion, SWITCH, waitCondition } from '../../src/decide/switchover.js'
import { record } from './support/records.js'

const MIN = 60_000
const A = 'github:1'
const RELEASED_MS = Date.UTC(2026, 1, 7, 12)
const SIGNED = { actor: 'test', reason: 'why', nonce: 'n2', renewedAt: new Date(RELEASED_MS).toISOString() }
const PERMIT = { enabled: true, autoPromote: true, permitMs: 30 * MIN }

const released = () => {
  const next = release(record({ renewal: 3, permitMinutes: 30 }), A, SIGNED)
  if ('refused' in next) throw new Error(next.refused.reason)
  return next.ok
}
const facts = (minutes: number, isDrained = false) => {
  return { isDrained, nowMs: RELEASED_MS + minutes * MIN, skewMs: 10 * MIN }
}

describe('a planned switch', () => {
  it('waits after the release for the last permit and the skew', () => {
    expect(permitWaitMs(released(), facts(0))).toBe(40 * MIN)
    expect(permitWaitMs(released(), facts(39.5))).toBe(0.5 * MIN)
    expect(permitWaitMs(released(), facts(40))).toBe(0)
  })

  it('waits for nobody when an operator says that every process has ended', () => {
    expect(permitWaitMs(released(), facts(0, true))).toBe(0)
  })

  it('waits for nobody in an epoch in which nobody acted', () => {
    expect(permitWaitMs({ ...released(), renewal: 0 }, facts(0))).toBe(0)
  })

  it('waits longer, never shorter, by a clock that went back or a time that cannot be read', () => {
    expect(permitWaitMs(released(), facts(-24 * 60))).toBe(40 * MIN)
    expect(permitWaitMs({ ...released(), renewedAt: 'yesterday' }, facts(600))).toBe(40 * MIN)
  })

  it('counts nothing before the release', () => {
    expect(permitWaitMs(record({ renewal: 3, renewedAt: '2026-02-07T00:00:00Z' }), facts(600))).toBe(40 * MIN)
  })

  it('never claims while a process that renewed just before the release may act', () => {
    const held = record({ renewal: 3, permitMinutes: 30 })
    const renewed = renew(held, A, {}, SIGNED)
    if ('refused' in renewed) throw new Error(renewed.refused.reason)
    const entry = { commit: 'c1', record: renewed.ok }
    for (let minutes = 0; minutes <= 60; minutes++) {
      const acts = mayAct(entry, A, 'MASTER', 0, minutes * MIN, PERMIT).act
      const rest = { ...stoppedRest(released(), facts(minutes)), nowMs: facts(minutes).nowMs, idleMs: 0, tips: {} }
      const claim = claimForPromotion(released(), { ...rest, self: 'github:2', cause: 'planned' }, SIGNED)
      expect(acts && 'ok' in claim, `${minutes} min`).toBe(false)
      expect('ok' in claim).toBe(minutes >= 40)
    }
  })

  it('tells in a dry run what would be waited for, and forbids nothing by it', () => {
    const seen = waitCondition(record({ renewal: 3 }), facts(0))
    expect(seen).toEqual({ name: 'permit', met: true, why: 'the last permit is waited for: 40 min from the release' })
    expect(waitCondition(released(), facts(38.5)).why).toContain('2 min from now')
    expect(waitCondition(released(), facts(0, true)).why).toBe('nobody holds a permit any more')
  })

  it('goes on at the promotion with every step before it done', () => {
    const names = SWITCH.steps.map(({ name }) => name)
    expect([...atPromotion(1).done, 'promotion']).toEqual(names)
    expect(names.indexOf('permit-over')).toBeGreaterThan(names.indexOf('release'))
    expect(names.indexOf('permit-over')).toBeLessThan(names.indexOf('tips'))
  })
})
