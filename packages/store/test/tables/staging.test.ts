import { describe, expect, it } from 'vitest'
import { type Install, openStore, type Store, type StubRow } from '../../src/index.js'
import { digest, text, windowCommit } from '../helpers.js'
import { emptyPiece, HIGHEST, keyOf, LOWEST, leafHash, newStore, pieceOf, placeOf, wholeStub } from './support.js'

const code = (value: string) => expect.objectContaining({ code: value })
const target = (window: number) => {
  return { window, manifest: text(`manifest ${window}`), envelope: text('envelope'), certificate: text('certificate') }
}
const lower = pieceOf('account', LOWEST, keyOf(99, 0xff), [
  [3, text('three')],
  [7, text('seven')],
])
const upper = pieceOf('account', keyOf(100), HIGHEST, [[200, text('two hundred')]])

/** Everything of window 50, with three accounts. */
function stageAll(store: Store): void {
  store.staging.begin(target(50))
  store.staging.put([upper, emptyPiece('node')])
  store.staging.put([lower, emptyPiece('candidate')])
}

function install(window: number, over: Partial<Install> = {}): Install {
  const { changes, ...commit } = windowCommit(window)
  const stubs = { account: [wholeStub(3, digest('stub'))], node: [wholeStub(0)], candidate: [wholeStub(0)] }
  return { ...commit, certificate: text('certificate'), stubs, ...over }
}

const places = (store: Store) =>
  store
    .table('account')
    .records(LOWEST, HIGHEST, 99)
    .map(({ key }) => placeOf(key))

describe('staging', () => {
  it('goes on after a restart with what was put', () => {
    const first = newStore(2)
    first.staging.begin(target(50))
    first.staging.put([{ ...lower, depth: 9, hash: digest('subtree') }])
    first.close()
    const second = openStore({ dir: first.dir, mode: 'write' })
    expect(second.staging.target()).toEqual(target(50))
    expect(second.staging.counts()).toEqual({ account: 2, node: 0, candidate: 0 })
    const staged = second.staging.table('account')
    expect([staged.count(), staged.record(keyOf(7))]).toEqual([2, text('seven')])
    expect([...staged.leaves(keyOf(4), HIGHEST)]).toEqual([{ key: keyOf(7), hash: leafHash(text('seven')) }])
    second.staging.put([upper])
    expect(second.staging.pieces('account')).toEqual([
      { lo: LOWEST, hi: keyOf(99, 0xff), depth: 9, hash: digest('subtree'), count: 2, key: keyOf(3), height: 243 },
      { lo: keyOf(100), hi: HIGHEST, depth: undefined, hash: undefined, count: 1, key: keyOf(200), height: 0 },
    ])
    expect(
      second
        .table('account')
        .records(LOWEST, HIGHEST, 9)
        .map(({ record }) => record),
    ).toEqual([text('balance 2')])
    second.close()
  })

  it('takes a piece once, whole', () => {
    const store = newStore()
    expect(() => store.staging.put([lower])).toThrow(code('STAGING_TARGET'))
    store.staging.begin(target(50))
    store.staging.put([lower])
    store.staging.put([lower, upper])
    expect(store.staging.counts().account).toBe(3)
    const overlapping = pieceOf('account', keyOf(50), keyOf(120), [])
    expect(() => store.staging.put([emptyPiece('node'), overlapping])).toThrow(code('STAGING_OVERLAP'))
    expect(store.staging.pieces('node')).toEqual([])
  })

  it.each([
    [
      'unsorted',
      pieceOf('account', LOWEST, HIGHEST, [
        [7, text('a')],
        [3, text('b')],
      ]),
    ],
    ['outside', pieceOf('account', keyOf(4), HIGHEST, [[3, text('a')]])],
    ['of other numbers', { ...lower, leaves: lower.leaves.subarray(32) }],
  ])('refuses records that are %s', (_, piece) => {
    const store = newStore()
    store.staging.begin(target(50))
    expect(() => store.staging.put([piece])).toThrow(RangeError)
    expect(store.staging.pieces('account')).toEqual([])
  })

  it('of another target begins anew, and gives the old rows back in slices', () => {
    const store = newStore()
    stageAll(store)
    store.staging.begin(target(60))
    expect([store.staging.target()?.window, store.staging.counts().account]).toEqual([60, 0])
    let calls = 0
    while (store.reclaim(1) > 0) calls++
    expect(calls).toBeGreaterThan(6)
    store.staging.put([lower])
    store.staging.discard()
    expect([store.staging.target(), store.staging.pieces('account')]).toEqual([undefined, []])
  })
})

describe('install', () => {
  it('makes the staged state the head, and the store goes on from there', () => {
    const store = newStore(5)
    store.commit(windowCommit(6, { freeze: true }))
    stageAll(store)
    store.staging.install(install(50, { freeze: true, appliedAtMs: 7 }))
    const expectInstalled = (at: Store) => {
      expect(at.head()).toMatchObject({ window: 50, stateRoot: digest('root 50') })
      expect([at.context(), at.certificates.get(50)]).toEqual([text('context 50'), text('certificate')])
      expect(at.stubs('account').all()).toEqual([wholeStub(3, digest('stub'))])
      expect([places(at), at.table('node').count()]).toEqual([[3, 7, 200], 0])
      expect([at.snapshotBase(), at.oldestWindow(), at.staging.target()]).toEqual([50, 50, undefined])
      expect(at.anchors.list()).toEqual([{ window: 50, frozenAtMs: 7, counts: { account: 3, node: 0, candidate: 0 } }])
    }
    expectInstalled(store)
    while (store.reclaim() > 0);
    store.close()
    const next = openStore({ dir: store.dir, mode: 'write' })
    expectInstalled(next)
    next.commit(windowCommit(51, { changes: [{ table: 'account', key: keyOf(7), record: null }] }))
    expect([places(next), next.oldestWindow(), next.integrityFaults()]).toEqual([[3, 200], 50, []])
    expect(next.at(50).table('account').count()).toBe(3)
    expect(next.stubs('account').dirty()).toHaveLength(1)
    next.close()
  })

  it('is refused with a gap, for another window, with stubs that do not tile, and for a window behind', () => {
    const store = newStore(5)
    const quarter: StubRow = { ...wholeStub(3), depth: 2 }
    const { node, candidate } = install(50).stubs
    stageAll(store)
    expect(() => store.staging.install(install(51))).toThrow(code('STAGING_TARGET'))
    expect(() => store.staging.install(install(50, { stubs: { account: [quarter], node, candidate } }))).toThrow(
      code('STUBS_MALFORMED'),
    )
    store.staging.begin(target(50))
    store.staging.put([upper, emptyPiece('node'), emptyPiece('candidate')])
    expect(() => store.staging.install(install(50))).toThrow(code('STAGING_INCOMPLETE'))
    store.staging.begin(target(4))
    store.staging.put([lower, upper, emptyPiece('node'), emptyPiece('candidate')])
    expect(() => store.staging.install(install(4))).toThrow(code('STORE_SEQUENCE'))
    expect(store.head()?.window).toBe(5)
    expect(store.table('node').count()).toBe(3)
  })

  it('goes back behind a head whose tables must come anew, and nowhere else', () => {
    const store = newStore(60)
    store.journal.append({ window: 60, kind: 'vote', round: 0, phase: 2, hash: digest('vote'), bytes: text('vote') })
    stageAll(store)
    expect(() => store.staging.install(install(50))).toThrow(code('STORE_SEQUENCE'))
    store.repairs.requireResync('the account table is damaged')
    expect(store.repairs.resync()).toBe('the account table is damaged')
    store.staging.install(install(50))
    expect([store.head()?.window, store.windowAt(51), store.repairs.resync()]).toEqual([50, undefined, undefined])
    expect(store.journal.entry(60, 'vote', 0, 2)?.bytes).toEqual(text('vote'))
    store.commit(windowCommit(51))
    expect(store.oldestWindow()).toBe(50)
  })

  it('can be repeated', () => {
    const store = newStore(5)
    for (const window of [50, 60, 70]) {
      store.staging.begin(target(window))
      store.staging.put([lower, upper, emptyPiece('node'), emptyPiece('candidate')])
      store.staging.install(install(window))
    }
    while (store.reclaim() > 0);
    expect([store.head()?.window, store.oldestWindow(), places(store)]).toEqual([70, 70, [3, 7, 200]])
  })
})

describe('prune', () => {
  it('drops envelopes, certificates and proofs below a window in slices, and never those of the head', () => {
    const store = newStore(9)
    store.certificates.put(3, text('certificate'))
    expect(store.oldestWindow()).toBe(1)
    expect([store.prune(6, 3), store.oldestWindow()]).toEqual([3, 4])
    expect([store.prune(6), store.prune(6), store.oldestWindow()]).toEqual([2, 0, 6])
    expect(store.certificates.get(3)).toBeUndefined()
    expect([store.prune(1_000), store.oldestWindow()]).toEqual([3, 9])
    expect(store.history(1, 9)).toHaveLength(9)
  })
})
