import { systemTime } from '@montana/foundation'
import { devnetGenesis, devnetParams } from '@montana/ledger'
import { loadBackend } from '@montana/native'
import { openStore } from '@montana/store'
import {
  createProofVerifier,
  createTimechain,
  decodeTimechainProof,
  GENESIS_T_R,
  type ProofItem,
  proofOfItem,
  type Tick,
  timechainClaim,
} from '@montana/timechain'
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { initialiseStore } from '../../src/chain/restore.js'
import { ProofShelf } from '../../src/runtime/proof-shelf.js'
import { temporaryDirectory } from '../support/world.js'

const D = 6_400
const { backend } = loadBackend()
const timechain = createTimechain({ backend, time: systemTime })
const HASH = new Uint8Array(32)

/** Window 1 and 2 over the genesis value. */
let ticks: readonly [Tick, Tick]

beforeAll(async () => {
  const first = await timechain.grind({ window: 1, previous: GENESIS_T_R, d: D })
  ticks = [first, await timechain.grind({ window: 2, previous: first.value, d: D })]
})

function shelfOverStore() {
  const store = openStore({ dir: temporaryDirectory(), mode: 'write' })
  onTestFinished(() => store.close())
  initialiseStore(store, { ...devnetGenesis([]), params: { ...devnetParams, d0: D } })
  const shelf = new ProofShelf(store)
  const commit = ({ window, value }: Tick, proof = shelf.proofFor(window, value)) => {
    const hashes = { proposalHash: HASH, stateRoot: HASH, contextHash: HASH, cementValue: HASH, timechainValue: value }
    const row = { ...hashes, window, envelope: HASH, context: HASH, changes: [] }
    store.commit({ ...row, ...(proof && { proof }) })
  }
  return { store, shelf, commit }
}

/** Whether the item proves the window by recomputing every step, and of how many segments it is. */
async function segmentsProven(item: ProofItem | undefined, previous: Uint8Array, { value, window }: Tick) {
  if (!item) return undefined
  const { proof, start, end } = proofOfItem(item)
  expect([item.window, item.d, start, end]).toEqual([window, D, previous, value])
  const claim = timechainClaim(proof, start, end)
  const { isValid, segmentsChecked } = claim
    ? await createProofVerifier({ backend }).verify(claim)
    : { isValid: false, segmentsChecked: 0 }
  return isValid ? segmentsChecked : undefined
}

describe('the proof of the window that is open', () => {
  it('is served from memory, and of no other window', async () => {
    const { shelf } = shelfOverStore()
    shelf.noteTick(ticks[0], GENESIS_T_R)
    expect(await segmentsProven(shelf.itemOf(1, 256), GENESIS_T_R, ticks[0])).toBe(64)
    expect([0, 2].map((window) => shelf.itemOf(window, 256))).toEqual([undefined, undefined])
    expect([0, 1, 2].map((window) => shelf.wasGround(window))).toEqual([false, true, false])
  })

  it('is stored with the value that it proves only', () => {
    const { shelf } = shelfOverStore()
    expect(shelf.proofFor(1, ticks[0].value)).toBeUndefined()
    shelf.noteTick(ticks[0], GENESIS_T_R)
    expect(shelf.proofFor(1, ticks[1].value)).toBeUndefined()
    expect(shelf.proofFor(2, ticks[0].value)).toBeUndefined()
    const { window, d, values } = decodeTimechainProof(shelf.proofFor(1, ticks[0].value) ?? HASH)
    expect([window, d, values]).toEqual([1, D, ticks[0].checkpoints])
  })

  it('does not exist for fewer steps than a proof has segments, but the window was ground', () => {
    const { shelf } = shelfOverStore()
    shelf.noteTick({ ...ticks[0], d: 7, checkpoints: new Uint8Array(6 * 32) }, GENESIS_T_R)
    expect([shelf.wasGround(1), shelf.itemOf(1, 256)]).toEqual([true, undefined])
  })

  it('that was verified is served like the own, though the window was not ground here', async () => {
    const { shelf } = shelfOverStore()
    shelf.note({ window: 1, d: D, values: ticks[0].checkpoints }, GENESIS_T_R, ticks[0].value)
    expect(shelf.wasGround(1)).toBe(false)
    expect(await segmentsProven(shelf.itemOf(1, 256), GENESIS_T_R, ticks[0])).toBe(64)
  })
})

describe('the proof of a cemented window', () => {
  it('is served from the store, also by the next process', async () => {
    const { store, shelf, commit } = shelfOverStore()
    for (const [tick, previous] of [[ticks[0], GENESIS_T_R] as const, [ticks[1], ticks[0].value] as const]) {
      shelf.noteTick(tick, previous)
      commit(tick)
    }
    for (const one of [shelf, new ProofShelf(store)]) {
      expect(await segmentsProven(one.itemOf(1, 256), GENESIS_T_R, ticks[0])).toBe(64)
      expect(await segmentsProven(one.itemOf(2, 256), ticks[0].value, ticks[1])).toBe(64)
    }
  })

  it('is not there for a window that this node took on trust', () => {
    const { shelf, commit } = shelfOverStore()
    commit(ticks[0])
    expect([shelf.itemOf(1, 256), shelf.itemOf(0, 256), shelf.itemOf(5, 256)]).toEqual([
      undefined,
      undefined,
      undefined,
    ])
  })

  it('is thinned to what the asker takes, and still proves the window', async () => {
    const { shelf, commit } = shelfOverStore()
    shelf.noteTick(ticks[0], GENESIS_T_R)
    commit(ticks[0])
    for (const [most, segments] of [
      [64, 64],
      [63, 32],
      [16, 16],
      [8, 8],
      [7, undefined],
    ] as const) {
      expect(await segmentsProven(shelf.itemOf(1, most), GENESIS_T_R, ticks[0])).toBe(segments)
    }
  })
})
