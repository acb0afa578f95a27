import { describe, expect, it } from 'vitest'
import { takeBack } from '../../src/decide/take-back.js'
import { record } from './support/records.js'

const [A, B] = ['github:1', 'github:2']
const MINUTE_MS = 60_000
const RELEASED = '2026-02-07T09:00:00.000Z'
const SIGNED = { actor: 'tick', reason: 'taken back', nonce: 'a-new-nonce', renewedAt: '2026-02-07T09:05:00.000Z' }

const former = record({ epoch: 5, renewal: 9, gates: { MOCK: 'false' } })
const failed = record({
  epoch: 6,
  holder: B,
  role: 'TEMPORARY_MASTER',
  state: 'released',
  gates: { MOCK: 'false' },
  renewedAt: RELEASED,
})
const take = (change = {}) => ({
  self: A,
  role: 'MASTER' as const,
  former,
  nowMs: at(5),
  skewMs: 10 * MINUTE_MS,
  ...change,
})

function at(minutes: number): number {
  return Date.parse(RELEASED) + minutes * MINUTE_MS
}

function outcome(next: ReturnType<typeof takeBack>): string {
  return 'ok' in next ? `epoch ${next.ok.epoch}` : next.refused.code
}

describe('an epoch that was released', () => {
  it('is followed by the next one, of whoever acted before, in its role, at once', () => {
    expect(takeBack(failed, take(), SIGNED)).toEqual({
      ok: { ...failed, ...SIGNED, epoch: 7, renewal: 1, state: 'active', holder: A, role: 'MASTER', holdUntil: null },
    })
  })

  it.each([
    ['a third side', take({ self: 'github:3' }), failed],
    ['the side whose promotion failed', take({ self: B, role: 'TEMPORARY_MASTER' }), failed],
    ['a side of another role than it acted in', take({ role: 'TEMPORARY_MASTER' }), failed],
    ['anybody where the trail says nothing', take({ former: null }), failed],
    ['anybody while a promotion is under way', take(), { ...failed, state: 'promoting' as const }],
    ['anybody while another acts', take(), { ...failed, state: 'active' as const, renewal: 1 }],
  ])('is not taken by %s', (_, by, released) => {
    expect(outcome(takeBack(released, by, SIGNED))).toBe('FENCED')
  })

  it('is not taken from a holder that acted, whose last permit nobody here has watched', () => {
    expect(outcome(takeBack({ ...failed, renewal: 1 }, take(), SIGNED))).toBe('BUSY')
  })

  it('is left to a planned switch by the side that released it, until the switch has had its time', () => {
    const own = record({ epoch: 5, renewal: 9, state: 'released', renewedAt: RELEASED })
    // 30 min of permit, 10 of skew, 30 without progress.
    expect(outcome(takeBack(own, take({ nowMs: at(69) }), SIGNED))).toBe('BUSY')
    expect(outcome(takeBack(own, take({ nowMs: at(70) }), SIGNED))).toBe('epoch 6')
    // The clock of the side that released may be ahead by the skew, and no release is from tomorrow.
    expect(outcome(takeBack(own, take({ nowMs: at(-10) }), SIGNED))).toBe('BUSY')
    expect(outcome(takeBack(own, take({ nowMs: at(-11) }), SIGNED))).toBe('epoch 6')
    expect(outcome(takeBack(own, take({ nowMs: at(-24 * 60) }), SIGNED))).toBe('epoch 6')
  })
})
