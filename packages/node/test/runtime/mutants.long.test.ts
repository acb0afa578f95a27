import { afterAll, beforeAll, expect, it } from 'vitest'
import { countsText, heldMib, tell } from '../../../transport/test/memory.js'
import { makeVotedChain, type VotedChain } from '../support/voted-chain.js'
import { inboxMutants } from './mutants.js'

const MUTANTS = 1_000_000
const GROWTH_MIB_MAX = 32

let chain: VotedChain

beforeAll(async () => {
  chain = await makeVotedChain()
})
afterAll(() => chain.close())

it('of a million mutated messages none moves the ledger or is kept; those still valid are counted', async () => {
  await inboxMutants(chain, 10_000, 19)
  const before = heldMib()
  const ends = await inboxMutants(chain, MUTANTS, 20)
  const growth = heldMib() - before
  tell(`messages: ${MUTANTS} mutants; ${countsText(ends)}; memory ${growth.toFixed(1)} MiB`)
  expect([...ends.values()].reduce((sum, count) => sum + count, 0)).toBe(MUTANTS)
  expect(ends.get('still valid')).toBeGreaterThan(0)
  expect(growth).toBeLessThan(GROWTH_MIB_MAX)
}, 3_600_000)
