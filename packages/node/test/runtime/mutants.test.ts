import { afterAll, beforeAll, expect, it } from 'vitest'
import { makeVotedChain, type VotedChain } from '../support/voted-chain.js'
import { inboxMutants } from './mutants.js'

let chain: VotedChain

beforeAll(async () => {
  chain = await makeVotedChain()
})
afterAll(() => chain.close())

it('of three thousand mutated messages none moves the ledger or is kept', async () => {
  const ends = await inboxMutants(chain, 3_000, 20)
  expect([...ends.values()].reduce((sum, count) => sum + count, 0)).toBe(3_000)
  for (const end of ['MalformedMessage', 'InvalidSignature', 'ENV_LENGTH', 'ENV_TYPE', 'ENV_VERSION']) {
    expect([end, ends.get(end) ?? 0]).toEqual([end, expect.toSatisfy((count: number) => count > 0)])
  }
})
