import { describe, expect, it } from 'vitest'
import type { Answer, NoAnswer, Probe } from '../src/probe/probe.js'
import { statusSchema } from '../src/probe/status-schema.js'
import { commonWindowOf, hashesAt, headOf, lagOf } from '../src/record/heights.js'
import { clockOffset, skewMs } from '../src/record/instants.js'
import { slotOf } from '../src/record/slot.js'
import { type PastNode, type PastRecord, spanOf } from '../src/record/span.js'
import { hashOf, INSTANCE, OTHER_INSTANCE, type StatusInit, statusDocument } from './support/status.js'

/** 2026-01-01T00:00:00Z */
const T0 = 1_767_225_600_000

/** An answer whose sample was taken at `atMs` of the collector's clock by a node whose own clock is `offsetMs` ahead. */
function answer(init: StatusInit & { atMs: number; offsetMs?: number; rttMs?: number }): Answer {
  const { atMs, offsetMs = 0, rttMs = 4, label = 'moscow' } = init
  const status = statusSchema.parse(statusDocument({ ...init, atMs: atMs + offsetMs }))
  const times = { sentAtMs: atMs - rttMs / 2, receivedAtMs: atMs + rttMs / 2 }
  return { reachable: true, label, host: label, probeMs: rttMs, unit: null, ...times, status }
}

const silent: NoAnswer = {
  ...{ reachable: false, label: 'moscow', host: 'moscow', probeMs: 1, unit: null },
  error: { code: 'ECONNREFUSED', text: '' },
}

describe('heights', () => {
  const nodes = [
    answer({ atMs: T0, window: 9 }),
    answer({ atMs: T0, window: 12, label: 'a' }),
    answer({ atMs: T0, window: 12 }),
  ]

  it('the head is the highest window, the first of several; the common window the lowest', () => {
    expect(headOf(nodes)).toBe(nodes[1])
    expect(commonWindowOf(nodes)).toBe(9)
    expect(headOf([])).toBeUndefined()
    expect(commonWindowOf([])).toBeNull()
  })

  it('hashes come from the head, the recent windows or the window that was asked for', () => {
    const { status } = answer({ atMs: T0, window: 12, recent: 3 })
    expect(hashesAt(status, 12)?.header_hash).toBe(hashOf(12, 'a'))
    expect(hashesAt(status, 10)?.state_root).toBe(hashOf(10, 'b'))
    expect(hashesAt(status, 9)).toBeUndefined()
    const at_window = {
      window: 9,
      header_hash: hashOf(9, 'a'),
      state_root: hashOf(9, 'b'),
      at: '2026-01-01T00:00:00.000Z',
    }
    expect(hashesAt({ ...status, at_window }, 9)).toMatchObject({ header_hash: hashOf(9, 'a') })
  })

  it('a node before its first window has the hashes of genesis', () => {
    const { status } = answer({ atMs: T0, window: 0 })
    expect(status.recent).toEqual([])
    expect(hashesAt(status, 0)?.header_hash).toBe(hashOf(0, 'a'))
  })
})

describe('lag', () => {
  // The head node cements a window every 2 s; the newest one 500 ms before its sample.
  const head = answer({ atMs: T0, window: 100, windowMs: 2000, recent: 20 })

  it.each([
    ['at the same instant', 0, 98, 2],
    ['sampled before the head had its last window', -600, 99, 0],
    ['sampled just after it', -400, 99, 1],
    ['sampled two windows earlier', -4600, 97, 0],
    ['sampled later than the head: what is known of the head', 5000, 100, 0],
    ['ahead of what the head had', -3000, 100, 0],
    ['before all that the head remembers', -60_000, 70, 10],
  ])('%s', (_, atMs, window, lag) => {
    expect(lagOf(answer({ atMs: T0 + atMs, window }), head)).toBe(lag)
  })

  it('corrects both clocks', () => {
    const ahead = answer({ atMs: T0, window: 100, windowMs: 2000, recent: 20, offsetMs: 90_000 })
    expect(lagOf(answer({ atMs: T0 - 600, window: 99, offsetMs: -45_000 }), ahead)).toBe(0)
    expect(lagOf(answer({ atMs: T0 - 400, window: 99, offsetMs: -45_000 }), ahead)).toBe(1)
  })

  it('the offset is measured against the middle of the round trip', () => {
    const { offsetMs, errorMs } = clockOffset(answer({ atMs: T0, offsetMs: 750, rttMs: 80 }))
    expect([offsetMs, errorMs]).toEqual([750, 40])
    expect(skewMs([answer({ atMs: T0 }), answer({ atMs: T0 + 30 }), answer({ atMs: T0 + 12 })])).toBe(30)
    expect(skewMs([])).toBeNull()
  })
})

describe('slots', () => {
  const first = { tsMs: T0, slot: 0, intervalMs: 300_000 }

  it.each([
    ['the first', 0, 0],
    ['a little late', 300_400, 1],
    ['a little early', 299_600, 1],
    ['in the middle', 450_000, 1],
    ['a day later', 86_400_000, 288],
    ['after the wall clock went back', -3_600_000, 0],
  ])('%s', (_, afterMs, slot) => {
    expect(slotOf(T0 + afterMs, 300_000, first)).toBe(slot)
  })

  it('begin where the file begins, also in a later file of the run', () => {
    expect(slotOf(T0, 300_000, undefined)).toBe(0)
    expect(slotOf(T0 + 300_000, 300_000, { ...first, slot: 288 })).toBe(289)
  })
})

describe('five-minute counters', () => {
  const NOW = T0 + 3_600_000
  const now = (init: StatusInit = {}): Probe => answer({ atMs: NOW, pingOk: 100, dialErr: 5, closed: 2, ...init })
  const past = (ageMs: number, node: Partial<PastNode> | null = {}): PastRecord => {
    const full = { instance: INSTANCE, sampledAtMs: NOW - ageMs, pingOk: 120, dialErr: 6, closed: 3, ...node }
    return { tsMs: NOW - ageMs, nodes: new Map([['moscow', node && full]]) }
  }

  it('grow by the sum over all peers since the newest record that is old enough', () => {
    // Three peers: 3 × 100 − 120, 3 × 5 − 6, 3 × 2 − 3.
    const records = [past(5_000), past(295_000), past(300_000, { pingOk: 0 }), past(600_000)]
    expect(spanOf(now(), NOW, records)).toEqual({ hb_5m: 180, err_5m: 9, closed_5m: 3, span_s: 295, span_reason: null })
  })

  it.each([
    ['first', 'no record at all', now(), []],
    ['first', 'none old enough', now(), [past(269_999)]],
    ['gap', 'only older ones', now(), [past(5_000), past(330_001)]],
    ['restarted', 'another instance then', now({ instance: OTHER_INSTANCE }), [past(300_000)]],
    ['unreachable', 'no answer now', silent, [past(300_000)]],
    ['unreachable', 'no answer then', now(), [past(300_000, null)]],
    ['gap', 'a peer left and took its counters along', now(), [past(300_000, { pingOk: 301 })]],
    ['first', 'records of other nodes only', now({ label: 'armenia' }), [past(300_000), past(600_000)]],
  ])('%s: %s', (reason, _, probe, records) => {
    const none = { hb_5m: null, err_5m: null, closed_5m: null, span_s: null }
    expect(spanOf(probe, NOW, records)).toEqual({ ...none, span_reason: reason })
  })

  it('skips a record of another instance when an older one in range is of this instance', () => {
    const records = [past(280_000, null), past(320_000)]
    expect(spanOf(now(), NOW, records)).toMatchObject({ hb_5m: 180, span_s: 320 })
  })
})
