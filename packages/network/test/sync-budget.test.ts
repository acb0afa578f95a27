import { LIMITS } from '@montana/transport'
import { describe, expect, it } from 'vitest'
import { SyncBudget, type SyncPlace } from '../src/limits/sync-budget.js'

const MIB = 2 ** 20
const { exchange } = LIMITS
const SHARE = exchange.syncBytesPerSecond / exchange.syncShares

/** As many places as the peer gets. */
function takeAll(budget: SyncBudget, peer: string): SyncPlace[] {
  const places: SyncPlace[] = []
  try {
    for (;;) places.push(budget.enter(peer, 0))
  } catch (error) {
    expect(error).toMatchObject({ extCode: 3, retryAfterMs: exchange.busySyncRetryMs })
    return places
  }
}

function answered(budget: SyncBudget, peer: string, bytes: number, nowMs: number): boolean {
  try {
    const place = budget.enter(peer, nowMs)
    place.spend(bytes, nowMs)
    place.leave()
    return true
  } catch {
    return false
  }
}

describe('the places for sync answers', () => {
  it('are not all taken by two peers: a third and a fourth one are served', () => {
    const budget = new SyncBudget(exchange, 0)
    expect(['a', 'b', 'c', 'd'].map((peer) => takeAll(budget, peer).length)).toEqual([4, 2, 1, 1])
  })

  it('go to who holds none when one becomes free', () => {
    const budget = new SyncBudget(exchange, 0)
    const [first] = ['a', 'b', 'c', 'd'].flatMap((peer) => takeAll(budget, peer))
    expect(takeAll(budget, 'e')).toEqual([])
    first?.leave()
    first?.leave()
    expect(['a', 'b', 'c', 'e', 'f'].map((peer) => takeAll(budget, peer).length)).toEqual([0, 0, 0, 1, 0])
  })

  it('are given back to who comes later', () => {
    const budget = new SyncBudget(exchange, 0)
    for (const place of takeAll(budget, 'a')) place.leave()
    expect(takeAll(budget, 'b')).toHaveLength(exchange.extAnswersAtOnce / 2)
  })
})

describe('the bytes for sync answers', () => {
  it('are lent to one who is alone', () => {
    const budget = new SyncBudget(exchange, 0)
    const served = Array.from({ length: 200 }, (_, i) => answered(budget, 'a', MIB, i * 50)).filter(Boolean)
    expect(served.length * MIB).toBeGreaterThan(9 * exchange.syncBytesPerSecond)
  })

  it('are sure for a third one while two take whatever they get', () => {
    const budget = new SyncBudget(exchange, 0)
    const served = { a: 0, b: 0, c: 0 }
    for (let nowMs = 0; nowMs < 10_000; nowMs += 10) {
      // The third asks last, for a part of its share in all.
      for (const peer of ['a', 'b'] as const) if (answered(budget, peer, MIB, nowMs)) served[peer] += MIB
      if (nowMs % 500 === 0 && answered(budget, 'c', SHARE / 4, nowMs)) served.c += 1
    }
    expect(served.c).toBe(20)
    expect(served.a + served.b).toBeLessThan(11 * exchange.syncBytesPerSecond)
  })

  it('are refused with the time after which the peer is within its part again', () => {
    const budget = new SyncBudget(exchange, 0)
    for (let i = 0; i < 18; i++) answered(budget, 'a', MIB, 0)
    const refused = (peer: string) => () => budget.enter(peer, 0)
    expect(refused('a')).toThrow(expect.objectContaining({ extCode: 3 }))
    expect(refused('b')).not.toThrow()
  })

  it('are never spent beyond the bound by many peers that each keep within their part', () => {
    const budget = new SyncBudget(exchange, 0)
    let bytes = 0
    for (let nowMs = 0; nowMs < 10_000; nowMs += 100) {
      for (let peer = 0; peer < 40; peer++) if (answered(budget, `${peer}`, SHARE / 10, nowMs)) bytes += SHARE / 10
    }
    expect(bytes).toBeLessThan(12.5 * exchange.syncBytesPerSecond)
  })
})
