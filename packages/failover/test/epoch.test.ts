import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { formatEpoch, makeEpoch, parseEpoch, splitEpoch } from '../src/epoch.js'

const CHAIN = ['amsterdam', 'almaty', 'spb', 'novosibirsk', 'moscow']
const parts = fc.record({
  counter: fc.integer({ min: 0, max: 2 ** 48 - 1 }),
  rank: fc.integer({ min: 0, max: 255 }),
  chainIndex: fc.integer({ min: 0, max: 255 }),
})

describe('epoch', () => {
  it('has the known answers of spec three-mirror 9', () => {
    expect(makeEpoch({ counter: 8, rank: 1, chainIndex: 1 })).toBe(524_798n)
    expect(makeEpoch({ counter: 8, rank: 3, chainIndex: 4 })).toBe(525_307n)
    expect(formatEpoch(524_798n, CHAIN)).toBe('8/SURVIVOR/almaty')
  })

  it('is ordered by counter, then rank, then place in the chain, the first place highest', () => {
    const order = (a: { counter: number; rank: number; chainIndex: number }) => [a.counter, a.rank, -a.chainIndex]
    fc.assert(
      fc.property(parts, parts, (a, b) => {
        const [x, y] = [order(a), order(b)]
        const at = x.findIndex((value, index) => value !== y[index])
        const difference = at < 0 ? 0 : (x[at] ?? 0) - (y[at] ?? 0)
        const [m, n] = [makeEpoch(a), makeEpoch(b)]
        expect(Math.sign(difference)).toBe(m < n ? -1 : m > n ? 1 : 0)
      }),
    )
  })

  it('survives splitting, text and parsing', () => {
    fc.assert(
      fc.property(parts, (a) => {
        expect(splitEpoch(makeEpoch(a))).toEqual(a)
        expect(parseEpoch(String(makeEpoch(a)))).toBe(makeEpoch(a))
      }),
    )
  })

  it.each(['', '-1', '01', '1e3', '18446744073709551616', ' 1', '1.0'])('refuses %j as text', (text) => {
    expect(parseEpoch(text)).toBeUndefined()
  })
})
