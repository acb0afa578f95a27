import { describe, expect, it } from 'vitest'
import type { FenceRecord } from '../../src/contracts/fence.js'
import {
  cancelDraining,
  claimHandback,
  draining,
  handbackReady,
  keepDraining,
  undrain,
} from '../../src/decide/fence-handback.js'
import { activate, claimForPromotion, type PromotionClaim } from '../../src/decide/fence-promotion.js'
import type { Transition } from '../../src/decide/fence-records.js'
import { claimAfterReleased, firstRecord, hold, pause, release, renew, resume } from '../../src/decide/fence-rules.js'
import { record } from './support/records.js'

const MIN = 60_000
const NOW = Date.UTC(2026, 1, 7, 12)
const SIGNED = { actor: 'test', reason: 'why', nonce: 'n2', renewedAt: '2026-02-07T12:00:00.000Z' }
const A = 'github:1'
const B = 'github:2'
const RESTED = { isDrained: false, stoppedMs: 40 * MIN, skewMs: 10 * MIN }
const BUSY = { ...RESTED, stoppedMs: 40 * MIN - 1 }

function ok(transition: Transition): FenceRecord {
  if ('refused' in transition) throw new Error(transition.refused.reason)
  return transition.ok
}

function code(transition: Transition): string {
  return 'refused' in transition ? transition.refused.code : 'ok'
}

function claim(part: Partial<PromotionClaim> = {}): PromotionClaim {
  return { ...RESTED, self: B, cause: 'silence', tips: {}, nowMs: NOW, idleMs: 40 * MIN, ...part }
}

describe('the first record and renewals', () => {
  it('lets the primary act in epoch 1', () => {
    const content = { tips: {}, gates: { GATE: 'live' }, autoPromote: true, permitMinutes: 30 }
    expect(firstRecord(A, content, SIGNED)).toMatchObject({ epoch: 1, state: 'active', holder: A, role: 'MASTER' })
  })

  it('renews in the same epoch, with what the holder has now', () => {
    const next = ok(renew(record({ renewal: 4, gates: { G: 'old' } }), A, { tips: { m: 'x' } }, SIGNED))
    expect(next).toMatchObject({ epoch: 1, renewal: 5, holder: A, tips: { m: 'x' }, gates: { G: 'old' }, nonce: 'n2' })
  })

  it.each<FenceRecord['state']>(['promoting', 'draining', 'released'])('renews nothing while %s', (state) => {
    expect(code(renew(record({ state }), A, {}, SIGNED))).toBe('FENCED')
  })

  it('fences whoever is not the holder', () => {
    expect(code(renew(record(), B, {}, SIGNED))).toBe('FENCED')
  })
})

describe('promotion', () => {
  it('takes the next epoch, and keeps the gates that the primary had', () => {
    const next = ok(claimForPromotion(record({ epoch: 6, renewal: 9, gates: { G: '1' } }), claim(), SIGNED))
    expect(next).toMatchObject({ epoch: 7, renewal: 0, state: 'promoting', holder: B, role: 'TEMPORARY_MASTER' })
    expect(next).toMatchObject({ gates: { G: '1' }, return: 'auto', holdUntil: null })
  })

  it.each<[string, Partial<FenceRecord>, string]>([
    ['off', { autoPromote: false }, 'PRECONDITION'],
    ['held', { holdUntil: '2026-02-07T12:00:01Z' }, 'PRECONDITION'],
    ['held by a clock ten minutes behind', { holdUntil: '2026-02-07T11:50:01Z' }, 'PRECONDITION'],
    ['paused', { paused: true }, 'PAUSED'],
    ['its own already', { holder: B }, 'BUSY'],
    ['being promoted by another', { holder: 'github:3', state: 'promoting' }, 'BUSY'],
    ['being handed back', { holder: 'github:3', state: 'draining' }, 'BUSY'],
  ])('by silence is refused when it is %s', (_, part, expected) => {
    expect(code(claimForPromotion(record(part), claim({ idleMs: 0 }), SIGNED))).toBe(expected)
  })

  it('takes over from a promotion that stands still', () => {
    const stuck = record({ epoch: 2, holder: 'github:3', state: 'promoting' })
    expect(ok(claimForPromotion(stuck, claim({ idleMs: 30 * MIN }), SIGNED)).epoch).toBe(3)
  })

  it.each<[FenceRecord['state'], number]>([
    ['active', 40],
    ['handback-ready', 40],
    ['released', 40],
    ['draining', 70],
  ])('by silence waits until a permit has passed since a record that is %s was first seen', (state, minutes) => {
    const acted = record({ epoch: 2, renewal: 4, holder: 'github:3', state })
    expect(code(claimForPromotion(acted, claim({ idleMs: minutes * MIN - 1 }), SIGNED))).toBe('BUSY')
    expect(code(claimForPromotion(acted, claim({ idleMs: minutes * MIN }), SIGNED))).toBe('ok')
  })

  it('as a planned switch waits until the primary has stopped and its permit is over', () => {
    const planned = { cause: 'planned' as const }
    const released = record({ renewal: 3, state: 'released' })
    expect(code(claimForPromotion(record(), claim(planned), SIGNED))).toBe('PRECONDITION')
    expect(code(claimForPromotion(released, claim({ ...planned, ...BUSY }), SIGNED))).toBe('BUSY')
    expect(code(claimForPromotion(released, claim({ ...planned, ...BUSY, isDrained: true }), SIGNED))).toBe('ok')
    expect(ok(claimForPromotion(released, claim({ ...planned, ...RESTED }), SIGNED)).return).toBe('manual')
  })

  it('by force asks nobody', () => {
    expect(code(claimForPromotion(record({ autoPromote: false }), claim({ cause: 'force' }), SIGNED))).toBe('ok')
  })

  it('becomes active only from its own promoting, and that is its first renewal', () => {
    const promoting = record({ epoch: 2, holder: B, state: 'promoting' })
    expect(ok(activate(promoting, B, SIGNED))).toMatchObject({ epoch: 2, state: 'active', renewal: 1 })
    expect(code(activate(promoting, A, SIGNED))).toBe('EPOCH_LOST')
    expect(code(activate({ ...promoting, state: 'released' }, B, SIGNED))).toBe('EPOCH_LOST')
  })
})

describe('release and the holder before', () => {
  const promoting = record({ epoch: 2, holder: B, role: 'TEMPORARY_MASTER', state: 'promoting' })
  const former = record({ epoch: 1, renewal: 7 })

  it('after a failed promotion the former holder takes the next epoch at once, in its own role', () => {
    const released = ok(release(promoting, B, SIGNED))
    const proof = { ...BUSY, stoppedMs: 0 }
    const next = ok(claimAfterReleased(released, former, A, proof, SIGNED))
    expect(next).toMatchObject({ epoch: 3, state: 'active', holder: A, role: 'MASTER' })
    expect(code(claimAfterReleased(released, former, 'github:3', proof, SIGNED))).toBe('FENCED')
    expect(code(claimAfterReleased(promoting, former, A, proof, SIGNED))).toBe('FENCED')
  })

  it('after an epoch in which somebody acted it waits for the last permit', () => {
    const acted = ok(release({ ...promoting, state: 'active', renewal: 1 }, B, SIGNED))
    expect(code(claimAfterReleased(acted, former, A, BUSY, SIGNED))).toBe('BUSY')
    expect(code(claimAfterReleased(acted, former, A, RESTED, SIGNED))).toBe('ok')
  })

  it('is the holder’s alone, and not in the middle of a hand-back', () => {
    expect(code(release(promoting, A, SIGNED))).toBe('EPOCH_LOST')
    expect(code(release({ ...promoting, state: 'draining' }, B, SIGNED))).toBe('BUSY')
    expect(code(release({ ...promoting, state: 'released' }, B, SIGNED))).toBe('PRECONDITION')
  })
})

describe('hand-back', () => {
  const acting = record({ epoch: 2, renewal: 5, holder: B, role: 'TEMPORARY_MASTER' })
  const ready = ok(handbackReady(acting, B, false, SIGNED))
  const drained = ok(draining(ready, A, SIGNED))

  it('goes through ready and draining in one epoch and ends in the next', () => {
    expect([ready.state, drained.state, drained.epoch, drained.holder]).toEqual(['handback-ready', 'draining', 2, B])
    const back = ok(claimHandback(drained, A, RESTED, { m: 'x' }, SIGNED))
    expect(back).toMatchObject({ epoch: 3, state: 'active', holder: A, role: 'MASTER', tips: { m: 'x' } })
  })

  it('waits until nobody acts any more', () => {
    expect(code(claimHandback(drained, A, BUSY, {}, SIGNED))).toBe('BUSY')
    expect(code(claimHandback(drained, A, { ...BUSY, isDrained: true }, {}, SIGNED))).toBe('ok')
  })

  it('begins only when the temporary primary agrees, and an operator where the return is manual', () => {
    expect(code(draining(acting, A, SIGNED))).toBe('PRECONDITION')
    expect(code(draining(ready, B, SIGNED))).toBe('PRECONDITION')
    const manual = { ...acting, return: 'manual' as const }
    expect(code(handbackReady(manual, B, false, SIGNED))).toBe('PRECONDITION')
    expect(code(handbackReady(manual, B, true, SIGNED))).toBe('ok')
    expect(code(handbackReady(record(), A, true, SIGNED))).toBe('PRECONDITION')
  })

  it('is undone half an hour after the last permit without progress, and then cannot be finished', () => {
    const after = (minutes: number) => ({ idleMs: minutes * MIN, skewMs: 10 * MIN })
    expect(code(undrain(drained, B, after(69.9), SIGNED))).toBe('BUSY')
    const again = ok(undrain(drained, B, after(70), SIGNED))
    expect(again).toMatchObject({ epoch: 2, state: 'active', renewal: 6 })
    expect(code(claimHandback(again, A, RESTED, {}, SIGNED))).toBe('EPOCH_LOST')
  })

  it('is cancelled by who began it, at once, and renews nothing', () => {
    expect(ok(cancelDraining(drained, A, SIGNED))).toMatchObject({ state: 'active', renewal: 5, holder: B })
    expect(code(cancelDraining(drained, B, SIGNED))).toBe('PRECONDITION')
    expect(code(cancelDraining(ready, A, SIGNED))).toBe('EPOCH_LOST')
  })

  it('shows progress with a new nonce and nothing else', () => {
    const later = { ...SIGNED, nonce: 'n3', renewedAt: '2026-02-07T12:20:00.000Z' }
    const kept = ok(keepDraining(drained, A, later))
    expect(kept).toEqual({ ...drained, nonce: 'n3' })
    expect(code(keepDraining(drained, B, SIGNED))).toBe('PRECONDITION')
    expect(code(keepDraining(ready, A, SIGNED))).toBe('EPOCH_LOST')
  })
})

describe('hold and pause', () => {
  it('say nothing of the holder: no renewal, its own time stays', () => {
    const before = record({ renewal: 3 })
    for (const next of [hold(before, '2026-02-08T00:00:00Z', SIGNED), pause(before, SIGNED)].map(ok)) {
      expect([next.renewal, next.renewedAt, next.nonce]).toEqual([3, before.renewedAt, 'n2'])
    }
  })

  it('refuse what makes no sense', () => {
    expect(code(hold(record(), 'soon', SIGNED))).toBe('PRECONDITION')
    expect(ok(hold(record({ holdUntil: '2026-02-08T00:00:00Z' }), null, SIGNED)).holdUntil).toBeNull()
    expect(code(pause(record({ paused: true }), SIGNED))).toBe('PRECONDITION')
    expect(ok(resume(record({ paused: true }), SIGNED)).paused).toBe(false)
    expect(code(resume(record(), SIGNED))).toBe('PRECONDITION')
  })
})
