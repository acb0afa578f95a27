import { describe, expect, it } from 'vitest'
import { type AvailabilityInput, availability, SECONDS_PER_YEAR, structures } from '../src/index.js'

const DAY = 86_400
/** Nothing but the structure. */
const ALONE: AvailabilityInput = {
  hostAvailability: 0.99,
  hosts: 5,
  rule: 'any',
  mtbfSeconds: 30 * DAY,
  switchSeconds: 0,
  failbackSeconds: 0,
  plannedPerYear: 0,
  handoverSeconds: 0,
  commonCause: 0,
  coverage: 1,
}

/** Two digits, as the table prints them. */
const near = (value: number, expected: number) => expect(value / expected).toBeCloseTo(1, 2)

/** Spec three-mirror 13: A = 0.9, 0.95, 0.99, 0.999. */
const TABLE: readonly (readonly [string, readonly number[]])[] = [
  ['any', [1e-5, 3.125e-7, 1e-10, 1e-15]],
  ['claimed', [5e-5, 1.5625e-6, 5e-10, 5e-15]],
  ['one-fewer', [1e-4, 6.25e-6, 1e-8, 1e-12]],
  ['one-fewer-with-brain', [1.9e-4, 1.219e-5, 1.99e-8, 2.0e-12]],
  ['majority', [8.56e-3, 1.16e-3, 9.85e-6, 9.99e-9]],
  ['exactly-one', [4.5e-4, 2.97e-5, 4.95e-8, 5.0e-12]],
]

describe('the structure alone', () => {
  it.each(TABLE)('%s', (id, expected) => {
    const found = [0.9, 0.95, 0.99, 0.999].map(
      (a) => structures(a, 5).find((row) => row.id === id)?.unavailability ?? 0,
    )
    for (const [index, value] of found.entries()) near(value, expected[index] ?? 0)
  })

  it('is the only term where nothing else is said', () => {
    for (const rule of ['any', 'majority'] as const) {
      const { terms, total } = availability({ ...ALONE, rule })
      expect(terms.filter(({ unavailability }) => unavailability > 0).map(({ name }) => name)).toEqual(['structure'])
      const row = structures(0.99, 5).find(({ id }) => id === rule)
      expect([total.unavailability, terms[0]?.formula]).toEqual([row?.unavailability, row?.formula])
    }
  })
})

describe('what dominates', () => {
  const lost = (input: Partial<AvailabilityInput>) => availability({ ...ALONE, ...input }).total

  it('seven nines allow 3.16 s a year, and one failover of 10 s a year is more', () => {
    expect(SECONDS_PER_YEAR * 1e-7).toBeCloseTo(3.16, 2)
    expect(lost({ mtbfSeconds: SECONDS_PER_YEAR, switchSeconds: 10 }).availability).toBeCloseTo(0.99999968, 8)
  })

  it('a failover of 10 s every 30 d: 122 s a year, with a failback of 5 s 183', () => {
    const without = lost({ switchSeconds: 10 })
    expect([Math.round(without.secondsPerYear), without.availability.toFixed(7)]).toEqual([122, '0.9999961'])
    const both = lost({ switchSeconds: 10, failbackSeconds: 5 })
    expect([Math.round(both.secondsPerYear), both.availability.toFixed(7)]).toEqual([183, '0.9999942'])
  })

  it('common causes of 1 % floor at 1e-4, a detector that sees 0.9 at 1e-3', () => {
    near(lost({ commonCause: 0.01 }).unavailability, 1e-4)
    near(lost({ coverage: 0.9 }).unavailability, 1e-3)
  })

  it('a majority alone gives 0.99999015; the last two hosts are worth 311 s a year', () => {
    const majority = lost({ rule: 'majority' })
    expect(majority.availability).toBeCloseTo(0.99999015, 8)
    expect(Math.round(majority.secondsPerYear - lost({}).secondsPerYear)).toBe(311)
  })
})

describe('terms', () => {
  const DEFAULTS = {
    ...{ ...ALONE, switchSeconds: 7, failbackSeconds: 1, plannedPerYear: 12, handoverSeconds: 1 },
    ...{ commonCause: 0.01, coverage: 0.99 },
  }

  it('have formula, value, seconds and nines, and add up', () => {
    const { terms, total } = availability(DEFAULTS)
    expect(terms.map(({ name, formula }) => [name, formula])).toEqual([
      ['structure', 'q^5'],
      ['switch', 'T_switch / MTBF'],
      ['failback', 'T_failback / MTBF'],
      ['planned', 'planned·T_handover / year'],
      ['common cause', 'β·q'],
      ['undetected', '(1 − c)·q'],
    ])
    for (const { unavailability, secondsPerYear, nines } of terms) {
      expect(secondsPerYear).toBe(unavailability * SECONDS_PER_YEAR)
      expect(10 ** -(nines ?? 0)).toBeCloseTo(unavailability, 12)
    }
    expect(terms.find(({ name }) => name === 'planned')?.secondsPerYear).toBeCloseTo(12, 9)
    expect(total.unavailability).toBeCloseTo(
      terms.reduce((sum, term) => sum + term.unavailability, 0),
      15,
    )
    expect(Math.round(total.secondsPerYear)).toBe(6421)
  })

  it('without any fault have no nines to count; more than always is not possible', () => {
    expect(availability({ ...ALONE, hostAvailability: 1 }).total).toMatchObject({ unavailability: 0, nines: null })
    const never = { ...DEFAULTS, hostAvailability: 0, hosts: 1, commonCause: 1, coverage: 0 }
    expect(availability(never).total).toMatchObject({ unavailability: 1, availability: 0 })
  })
})
