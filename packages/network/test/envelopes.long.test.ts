import { expect, it } from 'vitest'
import { countsText, heldMib, tell } from '../../transport/test/memory.js'
import { ENVELOPE_CODES, envelopeMutants } from './envelope-mutants.js'

const MUTANTS = 1_000_000
const GROWTH_MIB_MAX = 16

it('a million mutated envelopes end with a code or are exactly what they say', () => {
  envelopeMutants(10_000, 19)
  const before = heldMib()
  const ends = envelopeMutants(MUTANTS, 20)
  const growth = heldMib() - before
  tell(`envelopes: ${MUTANTS} mutants; ${countsText(ends)}; memory ${growth.toFixed(1)} MiB`)
  expect(new Set(ends.keys())).toEqual(new Set([...ENVELOPE_CODES, 'still valid']))
  expect(growth).toBeLessThan(GROWTH_MIB_MAX)
}, 600_000)
