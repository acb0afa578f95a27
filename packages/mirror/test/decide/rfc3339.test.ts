import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseTime } from '../../src/decide/rfc3339.js'

describe('times of others', () => {
  it('agrees with the clock of the language on every time that it writes', () => {
    const times = fc.date({
      min: new Date('0001-01-01T00:00:00Z'),
      max: new Date('9999-12-31T23:59:59Z'),
      noInvalidDate: true,
    })
    fc.assert(
      fc.property(times, (date) => parseTime(date.toISOString()) === date.getTime()),
      { numRuns: 2_000 },
    )
  })

  it.each([
    ['2026-02-07T05:00:00+00:00', '2026-02-07T05:00:00Z'],
    ['2026-02-07t07:30:00.5+02:30', '2026-02-07T05:00:00.500Z'],
    ['2026-02-06T23:00:00.123456-06:00', '2026-02-07T05:00:00.123Z'],
    ['2024-02-29 00:00:00z', '2024-02-29T00:00:00Z'],
  ])('reads %s', (text, same) => {
    expect(parseTime(text)).toBe(Date.parse(same))
  })

  it.each([
    '',
    'now',
    '2026-02-07',
    '2026-02-07T05:00:00',
    '2026-02-30T00:00:00Z',
    '2025-02-29T00:00:00Z',
    '2026-13-01T00:00:00Z',
    '2026-01-01T24:00:00Z',
    '2026-01-01T00:00:00+24:00',
  ])('refuses "%s"', (text) => expect(parseTime(text)).toBeNull())
})
