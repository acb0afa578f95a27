import { describe, expect, it } from 'vitest'
import { brief, duration, fixed, instant, interval, mib, percent } from '../../src/render/numbers.js'

describe('numbers for people', () => {
  it('have fixed digits and a true minus sign, and no negative zero', () => {
    expect([fixed(-41.26, 1), fixed(-0.004, 2), fixed(12, 0), brief(-0.0001), brief(1.23456)]).toEqual([
      ...['\u221241.3', '0.00', '12', '0', '1.235'],
    ])
  })

  it('never round a share up to the whole', () => {
    expect([percent(0.99999), percent(1), percent(0), percent(54 / 288), percent(0.95)]).toEqual([
      ...['99.9 %', '100 %', '0 %', '18.7 %', '95.0 %'],
    ])
  })

  it('give times in their two largest units, a day as hours', () => {
    expect([0, 59.6, 200, 86_400, 100_800, 31 * 86_400, -90].map(duration)).toEqual([
      ...['0 s', '1 min', '3 min 20 s', '24 h', '28 h', '31 d', '\u22121 min 30 s'],
    ])
  })

  it('give instants in UTC and repeat a date only where it differs', () => {
    expect(instant('2026-05-21T19:40:02.123Z')).toBe('2026-05-21 19:40:02Z')
    expect(interval('2026-05-21T19:40:02.000Z', '2026-05-21T19:45:02.000Z')).toBe('2026-05-21 19:40:02\u201319:45:02Z')
    expect(interval('2026-05-21T19:40:02.000Z', '2026-05-22T00:00:00.000Z')).toBe(
      '2026-05-21 19:40:02 \u2013 2026-05-22 00:00:00Z',
    )
  })

  it('give bytes as MiB', () => {
    expect(mib(3 * 2 ** 19, 1)).toBe('1.5')
  })
})
