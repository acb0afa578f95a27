import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { decodeEnvelope } from '@montana/consensus'
import { toHex } from '@montana/foundation'
import { openStore, type Store } from '@montana/store'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readEvidence } from '../../src/chain/evidence.js'
import { liftSilence, readJournalState } from '../../src/chain/journal-state.js'
import { initialiseStore } from '../../src/chain/restore.js'
import { readSignFrom, writeSignFrom } from '../../src/chain/sign-from.js'
import { type BuiltWindow, buildChain, headOfChain } from '../support/chain.js'
import { signConfirmation, signHeader, signVote } from '../support/objects.js'
import { makeWorld, temporaryDirectory, VOTE_RULES, type World } from '../support/world.js'

let world: World
let head: BuiltWindow

beforeAll(async () => {
  world = await makeWorld(VOTE_RULES)
  head = headOfChain(await buildChain(world, [], { windows: 2 }))
})
afterAll(() => world.crypto.close())

function storeAt(dir: string): Store {
  mkdirSync(dir, { recursive: true })
  const store = openStore({ dir, mode: 'write' })
  initialiseStore(store, world.document)
  return store
}

describe('what the stores hold against anybody', () => {
  it('names who contradicted itself and where, for each kind of pair', async () => {
    const dir = temporaryDirectory()
    const [one] = world.members
    const store = storeAt(dir)
    const [value, other] = [new Uint8Array(32).fill(0xaa), new Uint8Array(32).fill(0xbb)]
    const votes = await Promise.all([value, other].map((v) => signVote(world, one, { window: 5, round: 3, value: v })))
    const bcs = await Promise.all([value, other].map((endpoint) => signConfirmation(one, { window: 6, endpoint })))
    const { header } = decodeEnvelope(head.envelope)
    const fields = { ...header, proposerNodeId: one.identity.nodeId }
    const headers = await Promise.all([value, other].map((v) => signHeader(one, { ...fields, winnerEndpoint: v })))
    const put = (kind: string, window: number, [a, b]: readonly Uint8Array[]) => {
      store.evidence.put(kind, window, a ?? value, b ?? value)
    }
    put(
      'vote',
      5,
      votes.map(({ bytes }) => bytes),
    )
    put(
      'confirmation',
      6,
      bcs.map(({ bytes }) => bytes),
    )
    put('header', 2, headers)
    put('header', 9, [Uint8Array.of(1), Uint8Array.of(2)])
    store.close()
    const [node, ...more] = readEvidence(dir)
    expect(more).toEqual([])
    const nodeId = toHex(one.identity.nodeId)
    expect(node?.evidence).toMatchObject([
      { kind: 'vote', window: 5, nodeId, detail: expect.stringMatching(/round 3, phase 2: (aaaaaaaa|bbbbbbbb) and/) },
      { kind: 'confirmation', window: 6, nodeId, detail: 'two clock values' },
      { kind: 'header', window: 2, nodeId, detail: 'two headers' },
      { kind: 'header', window: 9, nodeId: null, detail: expect.stringContaining('cannot be decoded') },
    ])
    const shown = [node?.evidence[0]?.a, node?.evidence[0]?.b].sort()
    expect(shown).toEqual(votes.map(({ bytes }) => toHex(bytes)).sort())
  })

  it('lists incidents with the latest first, by node, also while they run', () => {
    const dir = temporaryDirectory()
    const stores = ['b', 'a'].map((label) => storeAt(join(dir, label)))
    const base = { code: 'InvalidSignature', peer: 'Qm', window: 4 }
    stores[1]?.incidents.note({ ...base, atMs: 1_700_000_000_000 }, 3)
    stores[1]?.incidents.note({ ...base, peer: 'Qn', atMs: 1_700_000_001_000 })
    const nodes = readEvidence(dir)
    expect(nodes.map(({ label, incidents }) => [label, incidents.map(({ peer }) => peer)])).toEqual([
      ['a', ['Qn', 'Qm']],
      ['b', []],
    ])
    expect(nodes[0]?.incidents[1]).toMatchObject({ count: 3, firstWindow: 4, lastAt: '2023-11-14T22:13:20.000Z' })
    for (const store of stores) store.close()
  })

  it('says where there is no store', () => {
    expect(() => readEvidence(temporaryDirectory())).toThrow(
      expect.objectContaining({ code: 'NO_STORE', exitCode: 78 }),
    )
  })
})

describe('the silence of a node that may have forgotten what it signed', () => {
  it('is shown, and lifted from the window after the head', async () => {
    const dir = temporaryDirectory()
    await buildChain(world, [dir], { windows: 3 })
    const before = readJournalState(dir)
    expect(before).toMatchObject({ head: 3, signFrom: null })
    expect(before.entries).toBeGreaterThan(0)
    expect(liftSilence(dir)).toEqual({ ...before, signFrom: 4 })
    expect(readJournalState(dir)).toEqual({ ...before, signFrom: 4 })
  })

  it('that was to end later ends now', () => {
    const dir = temporaryDirectory()
    const store = storeAt(dir)
    writeSignFrom(store, 40)
    store.close()
    expect([readJournalState(dir).signFrom, liftSilence(dir).signFrom]).toEqual([40, 1])
    const after = openStore({ dir, mode: 'write' })
    expect(readSignFrom(after)).toBe(1)
    after.close()
  })

  it('is not lifted under a running node, nor where there is no chain', () => {
    const dir = temporaryDirectory()
    const store = storeAt(dir)
    expect(() => liftSilence(dir)).toThrow(expect.objectContaining({ code: 'STORE_LOCKED', exitCode: 78 }))
    expect(readSignFrom(store)).toBeUndefined()
    store.close()
    expect(() => liftSilence(temporaryDirectory())).toThrow(expect.objectContaining({ code: 'NO_STORE', exitCode: 78 }))
    expect(() => readJournalState(temporaryDirectory())).toThrow(expect.objectContaining({ code: 'NO_STORE' }))
  })
})
