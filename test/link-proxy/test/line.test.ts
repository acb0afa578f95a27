import { seededRandom } from '@montana/foundation'
import { describe, expect, it } from 'vitest'
import { CLEAR, heldBytes, pieceBytes } from '../src/conditions.js'
import { Corruption } from '../src/corruption.js'
import { Arrivals, Line } from '../src/line.js'

const arrivals = (seed = 1, line = new Line()) => new Arrivals(line, seededRandom(seed))

describe('arrivals', () => {
  it('are delayed, and put on the line one after another', () => {
    const conditions = { ...CLEAR, delayMs: 30, bytesPerSecond: 8_000 }
    const pieces = arrivals()
    expect([pieces.next(80, 0, conditions), pieces.next(80, 0, conditions), pieces.next(80, 100, conditions)]).toEqual([
      40, 50, 140,
    ])
  })

  it('share the line between connections', () => {
    const line = new Line()
    const [a, b] = [arrivals(1, line), arrivals(2, line)]
    const conditions = { ...CLEAR, bytesPerSecond: 1_000 }
    expect([a.next(10, 0, conditions), b.next(10, 0, conditions), a.next(10, 0, conditions)]).toEqual([10, 20, 30])
  })

  it('keep their order under any jitter, and stay within it', () => {
    const conditions = { ...CLEAR, delayMs: 10, jitterMs: 50 }
    const pieces = arrivals()
    const dues = Array.from({ length: 1_000 }, (_, nowMs) => pieces.next(1, nowMs, conditions) - nowMs)
    for (const [nowMs, due] of dues.entries())
      expect(nowMs + due).toBeGreaterThanOrEqual(nowMs - 1 + (dues[nowMs - 1] ?? 0))
    expect(Math.min(...dues)).toBeGreaterThanOrEqual(10)
    expect(Math.max(...dues)).toBeLessThanOrEqual(60)
    expect(Math.max(...dues)).toBeGreaterThan(50)
  })

  it('are the same for the same seed and others for another', () => {
    const run = (seed: number) => {
      const pieces = arrivals(seed)
      return Array.from({ length: 20 }, (_, at) => pieces.next(100, at * 50, { ...CLEAR, jitterMs: 40 }))
    }
    expect(run(7)).toEqual(run(7))
    expect(run(7)).not.toEqual(run(8))
  })
})

describe('corruption', () => {
  const changedOffsets = (seed: number, cut: number, rate = 0.01) => {
    const corruption = new Corruption(seededRandom(seed))
    const bytes = new Uint8Array(10_000)
    let changed = 0
    for (let start = 0; start < bytes.length; start += cut) {
      changed += corruption.apply(bytes.subarray(start, start + cut), { ...CLEAR, corruptionRate: rate })
    }
    const offsets = [...bytes.entries()].filter(([, byte]) => byte !== 0)
    expect(offsets.length).toBe(changed)
    return offsets
  }

  it('hits the same bytes for the same seed, however the stream is cut', () => {
    expect(changedOffsets(7, 10_000)).toEqual(changedOffsets(7, 33))
    expect(changedOffsets(7, 10_000)).not.toEqual(changedOffsets(8, 10_000))
  })

  it('hits about as many as the rate says', () => {
    const { length } = changedOffsets(7, 10_000, 0.1)
    expect(length).toBeGreaterThan(850)
    expect(length).toBeLessThan(1_150)
    expect(changedOffsets(7, 10_000, 1).length).toBe(10_000)
  })

  it('inverts the bytes at given offsets of the whole stream, once', () => {
    const corruption = new Corruption(seededRandom(1))
    const conditions = { ...CLEAR, corruptAt: [0, 5, 6] }
    const [first, second] = [new Uint8Array(6), new Uint8Array(6)]
    expect([corruption.apply(first, conditions), corruption.apply(second, conditions)]).toEqual([2, 1])
    expect([[...first], [...second]]).toEqual([
      [255, 0, 0, 0, 0, 255],
      [255, 0, 0, 0, 0, 0],
    ])
  })
})

describe('what the link holds', () => {
  it('is a second of a slow line and bounded on a fast one', () => {
    expect(heldBytes({ ...CLEAR, bytesPerSecond: 8_000 })).toBe(16_384)
    expect(heldBytes({ ...CLEAR, bytesPerSecond: 100_000, delayMs: 500 })).toBe(150_000)
    expect(heldBytes(CLEAR)).toBe(4_194_304)
  })

  it('is fed in pieces of some milliseconds', () => {
    expect(
      [64, 8_000, Number.POSITIVE_INFINITY].map((bytesPerSecond) => pieceBytes({ ...CLEAR, bytesPerSecond })),
    ).toEqual([64, 160, 65_536])
  })
})
