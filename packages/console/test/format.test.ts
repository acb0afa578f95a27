import { describe, expect, it } from 'vitest'
import {
  duration,
  fixed,
  interval,
  MISSING,
  mebibytes,
  millis,
  number,
  percent,
  shortHash,
} from '../page/src/data/format.js'

describe('what the page writes', () => {
  it('is a dash for what was not measured, and a zero only for a zero', () => {
    const forms = [number, percent, mebibytes, millis, duration, interval, shortHash]
    expect(forms.map((form) => form(null))).toEqual(forms.map(() => MISSING))
    expect(fixed(undefined, 1)).toBe(MISSING)
    expect([number(0), percent(0), mebibytes(0), millis(0), duration(0)]).toEqual(['0', '0 %', '0 MiB', '0.0', '0.0 s'])
  })

  it('rounds ratios down, so that 100 % means all', () => {
    expect([0.99999, 1, 0.9987, 0.5, 1.004].map(percent)).toEqual(['99.9 %', '100 %', '99.8 %', '50 %', '100 %'])
  })

  it('groups digits', () => {
    expect([999, 1000, 1234567].map(number)).toEqual(['999', '1\u2009000', '1\u2009234\u2009567'])
  })

  it.each([
    [9_940, '9.9 s'],
    [42_000, '42 s'],
    [180_000, '3 min'],
    [7_500_000, '2 h 5 min'],
    [90_000_000, '25 h'],
    [273_600_000, '3 d 4 h'],
  ])('gives %d ms two figures that matter', (ms, text) => {
    expect(duration(ms)).toBe(text)
  })
})
