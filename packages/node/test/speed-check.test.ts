import { devnetGenesis, devnetParams } from '@montana/ledger'
import { loadBackend } from '@montana/native'
import { openStore } from '@montana/store'
import { describe, expect, it, onTestFinished } from 'vitest'
import { initialiseStore } from '../src/chain/restore.js'
import { checkSpeed } from '../src/speed-check.js'
import { temporaryDirectory } from './support/world.js'

const { backend } = loadBackend()

function storeWith(d0: number | undefined) {
  const store = openStore({ dir: temporaryDirectory(), mode: 'write' })
  onTestFinished(() => store.close())
  if (d0 !== undefined) initialiseStore(store, { ...devnetGenesis([]), params: { ...devnetParams, d0 } })
  return store
}

describe('the speed check at the start', () => {
  it('says nothing of a store without a chain', async () => {
    expect(await checkSpeed(backend, storeWith(undefined), { minWindowMs: 0, clockFloorMs: 0 })).toBeUndefined()
  })

  it('finds a small D fast enough and a huge one too slow', async () => {
    const paced = { minWindowMs: 2_000, clockFloorMs: 0 }
    expect(await checkSpeed(backend, storeWith(64), paced)).toMatchObject({ isTooSlow: false })
    const slow = await checkSpeed(backend, storeWith(4_000_000_000), paced)
    expect(slow).toMatchObject({ isTooSlow: true, sentence: expect.stringContaining('observer that verifies proofs') })
  })

  it('takes a host for as slow as it is told to be', async () => {
    const verdict = await checkSpeed(backend, storeWith(64), { minWindowMs: 2_000, clockFloorMs: 3_000 })
    expect(verdict?.factor).toBeCloseTo(1.5, 5)
  })
})
