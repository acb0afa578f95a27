import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { boundaries, isValidD, MAX_D, nextD, segmentLengths } from '../src/index.js'
import { adaptations } from './support.js'

const GENESIS = { dRateNum: 3, dRateDen: 100, deadZoneLow: 85, deadZoneHigh: 95 }

describe('adaptation of D', () => {
  it.each(adaptations())('$name', ({ input, expected }) => {
    expect(nextD(input.d_old, input.median_permille, GENESIS)).toBe(expected)
  })

  it('changes exactly at the edges of the dead zone', () => {
    expect([949, 950, 851, 850].map((p) => nextD(1000, p, GENESIS))).toEqual([1000, 1030, 1000, 970])
  })

  it('turns at the dead zone of any parameters, and rises with participation', () => {
    const params = fc.record({
      dRateNum: fc.integer({ min: 1, max: 99 }),
      dRateDen: fc.constant(100),
      deadZoneLow: fc.integer({ min: 1, max: 49 }),
      deadZoneHigh: fc.integer({ min: 50, max: 99 }),
    })
    fc.assert(
      fc.property(fc.integer({ min: 100, max: 2 ** 31 }), params, (d, zone) => {
        const [low, high] = [zone.deadZoneLow * 10, zone.deadZoneHigh * 10]
        expect(nextD(d, low + 1, zone)).toBe(d)
        expect(nextD(d, high - 1, zone)).toBe(d)
        expect(nextD(d, low, zone)).toBeLessThan(d)
        expect(nextD(d, high, zone)).toBeGreaterThan(d)
        expect(nextD(d, 0, zone)).toBe(nextD(d, low, zone))
        expect(nextD(d, 1000, zone)).toBe(nextD(d, high, zone))
      }),
    )
  })

  it('reads rate and dead zone from the parameters', () => {
    const other = { dRateNum: 1, dRateDen: 2, deadZoneLow: 10, deadZoneHigh: 20 }
    expect([200, 150, 100].map((p) => nextD(1001, p, other))).toEqual([1501, 1001, 500])
  })

  it('stays where the result would leave the band', () => {
    expect(nextD(MAX_D, 1000, GENESIS)).toBe(MAX_D)
    expect(nextD(1, 0, GENESIS)).toBe(1)
  })

  it('is exact and never leaves the band', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: MAX_D }), fc.integer({ min: 0, max: 1000 }), (d, p) => {
        const next = nextD(d, p, GENESIS)
        expect(isValidD(next)).toBe(true)
        const exact = p >= 950 ? (BigInt(d) * 103n) / 100n : p <= 850 ? (BigInt(d) * 97n) / 100n : BigInt(d)
        if (isValidD(Number(exact))) expect(BigInt(next)).toBe(exact)
      }),
    )
  })
})

describe('boundaries', () => {
  it('are floor(d·i/k)', () => {
    expect(boundaries(10, 3)).toEqual([0, 3, 6, 10])
    expect(boundaries(MAX_D, 256).at(-2)).toBe(4_278_190_079)
    expect(segmentLengths(10, 3)).toEqual([3, 3, 4])
  })

  it('leave no segment empty and lose no step', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: MAX_D }), fc.integer({ min: 1, max: 256 }), (d, k) => {
        fc.pre(k <= d)
        const lengths = segmentLengths(d, k)
        expect(Math.min(...lengths)).toBeGreaterThan(0)
        expect(lengths.reduce((sum, length) => sum + length)).toBe(d)
      }),
    )
  })

  it('refuse what cannot be cut', () => {
    expect(() => boundaries(0, 1)).toThrow(expect.objectContaining({ code: 'TIMECHAIN_BAD_D' }))
    for (const k of [0, 11, 1.5])
      expect(() => boundaries(10, k)).toThrow(expect.objectContaining({ code: 'TIMECHAIN_BAD_SEGMENTS' }))
  })
})
