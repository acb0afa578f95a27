import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { decodeEnvelope } from '@montana/consensus'
import { toHex } from '@montana/foundation'
import { openStore, type Store } from '@montana/store'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type CreditCount, Credits } from '../../src/read/credits.js'
import { ReadShare } from '../../src/read/share.js'
import { buildChain } from '../support/chain.js'
import { makeWorld, VOTE_RULES, type World } from '../support/world.js'

const WINDOWS = 6
const { signal } = new AbortController()
let world: World
let dir: string
let store: Store

beforeAll(async () => {
  world = await makeWorld(VOTE_RULES)
  dir = mkdtempSync(join(tmpdir(), 'montana-credits-'))
  await buildChain(world, [dir], { windows: WINDOWS })
  store = openStore({ dir, mode: 'write' })
})

afterAll(async () => {
  store.close()
  rmSync(dir, { recursive: true, force: true })
  await world.crypto.close()
})

/** Windows are read from the real store; every look at the clock is a second later, and `reads` is what was read. */
function slowReader(stepMs = 1_000) {
  let nowMs = 0
  const reads: number[] = []
  const windowAt = (window: number) => {
    reads.push(window)
    return store.windowAt(window)
  }
  const time = { monotonicMs: () => (nowMs += stepMs) }
  const share = new ReadShare({ monotonicMs: () => performance.now() })
  return { credits: new Credits({ store: { windowAt }, share, time }), reads }
}

describe('credits', () => {
  it('are counted a while, and the next question goes on where the last one ended', async () => {
    const { credits, reads } = slowReader()
    expect(await credits.count(1, WINDOWS, signal)).toMatchObject({ isPending: true })
    expect(reads).toEqual([6, 5])
    expect(await credits.count(1, WINDOWS, signal)).toMatchObject({ isPending: true })
    const counted = (await credits.count(1, WINDOWS, signal)) as CreditCount
    expect(reads).toEqual([6, 5, 4, 3, 2, 1])
    const nodeId = toHex(world.members[0].identity.nodeId)
    // The first list of window 1 is empty: spec protocol 9.4.
    expect([counted.since(nodeId), counted.since('00')]).toEqual([WINDOWS - 1, 0])
    const later = (await credits.count(4, WINDOWS, signal)) as CreditCount
    expect([later.since(nodeId), later.seenFrom, later.justBefore(nodeId)]).toEqual([3, 1, true])
    expect(reads).toHaveLength(6)
  })

  it('are read once for everybody who asks at the same time', async () => {
    const { credits, reads } = slowReader(0)
    await Promise.all([1, 2, 3].map((from) => credits.count(from, WINDOWS, signal)))
    expect(reads.sort()).toEqual([1, 2, 3, 4, 5, 6])
  })

  it('are not known beyond what is stored or kept', async () => {
    const { credits } = slowReader(0)
    const pruned = new Credits({
      store: { windowAt: (window) => (window < 3 ? undefined : store.windowAt(window)) },
      share: new ReadShare({ monotonicMs: () => performance.now() }),
      time: { monotonicMs: () => 0 },
    })
    expect(await pruned.count(2, WINDOWS, signal)).toEqual({
      reason: 'the envelope of window 2 is not stored here',
      isPending: false,
    })
    expect(await pruned.count(3, WINDOWS, signal)).toMatchObject({ seenFrom: 3 })
    expect(await credits.count(1, 1_000_000, signal)).toMatchObject({ reason: expect.stringContaining('16384') })
  })

  it('are those of the first list alone', () => {
    const { confirmers, evidence } = decodeEnvelope(store.windowAt(1)?.envelope ?? new Uint8Array())
    expect([confirmers.length, evidence.length]).toEqual([0, 3])
  })
})
