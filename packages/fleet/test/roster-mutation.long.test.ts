import { expect } from 'vitest'
import { longIt } from '../../../test/support/long-it.js'
import { refuseMutants } from './roster-mutation-cases.js'

longIt(
  'none of 10,000 mutated rosters is accepted',
  async () => {
    const codes = await refuseMutants(10_000, 2)
    process.stdout.write(`10,000 mutated rosters: ${JSON.stringify(codes)}\n`)
    expect(Object.keys(codes).filter((code) => !code.startsWith('DOC_'))).toEqual([])
    expect(Object.values(codes).reduce((sum, count) => sum + count)).toBe(10_000)
  },
  600_000,
)
