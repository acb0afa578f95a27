import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { openStore, type ReadStore, type TableChange } from '../../src/index.js'
import { text, windowCommit } from '../helpers.js'
import { HIGHEST, keyOf, LOWEST, leafHash, newStore, placeOf } from './support.js'

const code = (value: string) => expect.objectContaining({ code: value })
type Model = ReadonlyMap<number, string>
type Step = { readonly changes: readonly [number, string | null][]; readonly freeze: boolean; readonly prune: boolean }

const PLACES = 12
const change = fc.tuple(fc.nat(PLACES - 1), fc.option(fc.string({ maxLength: 4 }), { freq: 3 }))
const step = fc.record({
  changes: fc.array(change, { maxLength: 6 }),
  freeze: fc.boolean(),
  prune: fc.nat(5).map((n) => n === 0),
})

function after(model: Model, changes: Step['changes']): Model {
  const next = new Map(model)
  for (const [place, value] of changes) {
    if (value === null) next.delete(place)
    else next.set(place, value)
  }
  return next
}

const toChange = ([place, value]: [number, string | null]): TableChange => {
  return { table: 'account', key: keyOf(place), record: value === null ? null : text(value) }
}

function expectState(store: ReadStore, model: Model, anchor?: number): void {
  const table = anchor === undefined ? store.table('account') : store.at(anchor).table('account')
  const sorted = [...model].sort(([a], [b]) => a - b)
  expect(table.count()).toBe(sorted.length)
  const records = table.records(LOWEST, HIGHEST, 1_000)
  expect(records.map(({ key, record }) => [placeOf(key), Buffer.from(record).toString()])).toEqual(sorted)
  const leaves = [...table.leaves(LOWEST, HIGHEST)]
  expect(leaves).toEqual(sorted.map(([place, value]) => ({ key: keyOf(place), hash: leafHash(text(value)) })))
  const [from, to] = [3, 7]
  const inside = sorted.filter(([place]) => place >= from && place <= to)
  expect(table.records(keyOf(from), keyOf(to), 2).map(({ key }) => placeOf(key))).toEqual(
    inside.slice(0, 2).map(([place]) => place),
  )
  for (let place = 0; place < PLACES; place += 5) {
    expect(table.record(keyOf(place))).toEqual(model.has(place) ? text(model.get(place) ?? '') : undefined)
  }
}

describe('anchors', () => {
  it('keep each key that changes after them once, until nobody needs it', () => {
    const store = newStore(1)
    const commit = (window: number, places: number[], freeze = false) =>
      store.commit(windowCommit(window, { changes: places.map((place) => toChange([place, `${window}`])), freeze }))
    commit(2, [1, 2, 3])
    expect(store.anchors.keptRows()).toBe(0)
    commit(3, [1], true)
    commit(4, [1, 2])
    commit(5, [1, 7])
    expect(store.anchors.keptRows()).toBe(3)
    store.anchors.prune(() => [3])
    store.reclaim()
    expect(store.anchors.keptRows()).toBe(0)
  })

  it('read as the tables were, whatever is committed, pruned and reclaimed afterwards', () => {
    fc.assert(
      fc.property(fc.array(step, { minLength: 1, maxLength: 14 }), (steps) => {
        const store = newStore()
        const reader = openStore({ dir: store.dir, mode: 'read' })
        const frozen = new Map<number, Model>()
        let model: Model = new Map()
        for (const [i, { changes, freeze, prune }] of steps.entries()) {
          const window = i + 1
          model = after(model, changes)
          store.commit(windowCommit(window, { changes: changes.map(toChange), freeze }))
          if (freeze) frozen.set(window, model)
          if (prune) prunedOldest(frozen, (oldest) => store.anchors.prune(() => [oldest]))
          if (prune) while (store.reclaim(2) > 0);
          for (const [anchor, state] of frozen) expectState(reader, state, anchor)
          expectState(reader, model)
        }
        expect(reader.anchors.list().map(({ window }) => window)).toEqual([...frozen.keys()])
        reader.close()
      }),
      { numRuns: 25 },
    )
  })

  it('keep their context, their time and their counts', () => {
    const store = newStore(1)
    store.commit(windowCommit(2, { freeze: true, appliedAtMs: 5_000 }))
    store.commit(windowCommit(3))
    expect(store.anchors.list()).toEqual([
      { window: 2, frozenAtMs: 5_000, counts: { account: 1, node: 3, candidate: 0 } },
    ])
    expect([store.anchors.context(2), store.anchors.context(3)]).toEqual([text('context 2'), undefined])
  })

  it('that are pruned are gone for readers at once, and their history with reclaim', () => {
    const store = newStore(1)
    store.commit(windowCommit(2, { freeze: true }))
    for (let window = 3; window < 9; window++) store.commit(windowCommit(window))
    expect(store.at(2).table('account').records(LOWEST, HIGHEST, 9)[0]?.record).toEqual(text('balance 2'))
    store.anchors.prune((list) => list.map(({ window }) => window))
    expect(() => store.at(2).table('account').count()).toThrow(code('ANCHOR_GONE'))
    expect(() => [...store.at(2).table('account').leaves(LOWEST, HIGHEST)]).toThrow(code('ANCHOR_GONE'))
    expect([store.reclaim(), store.reclaim()]).toEqual([1, 0])
  })

  it('write one history row for a key however often it changes', () => {
    const store = newStore(1)
    store.commit(windowCommit(2, { freeze: true }))
    for (let window = 3; window < 9; window++) store.commit(windowCommit(window))
    store.commit(windowCommit(9, { freeze: true }))
    for (let window = 10; window < 13; window++) store.commit(windowCommit(window))
    store.anchors.prune((list) => list.map(({ window }) => window))
    expect(store.reclaim()).toBe(2)
  })

  it('are left as they were by a commit that fails', () => {
    const store = newStore(1)
    store.commit(windowCommit(2, { freeze: true }))
    function* failing(): Generator<TableChange> {
      yield { table: 'account', key: keyOf(1), record: text('half') }
      throw new Error('half way')
    }
    expect(() => store.commit(windowCommit(3, { changes: failing(), freeze: true }))).toThrow('half way')
    expect(store.anchors.list().map(({ window }) => window)).toEqual([2])
    expect(store.at(2).table('account').count()).toBe(1)
    expect(store.reclaim()).toBe(0)
  })
})

function prunedOldest(frozen: Map<number, Model>, prune: (window: number) => void): void {
  const [oldest] = frozen.keys()
  if (oldest === undefined) return
  frozen.delete(oldest)
  prune(oldest)
}

describe('the tables of the head', () => {
  it('are read in tree order, over as many reads as it takes', () => {
    const store = newStore()
    const places = Array.from({ length: 2_500 }, (_, i) => i * 7)
    const changes = places.map((place) => ({
      table: 'account' as const,
      key: keyOf(place, 9),
      record: text(`${place}`),
    }))
    store.commit(windowCommit(1, { changes: [...changes].reverse(), freeze: true }))
    store.commit(windowCommit(2, { changes: [{ table: 'account', key: keyOf(70, 9), record: null }] }))
    expect([...store.at(1).table('account').leaves(LOWEST, HIGHEST)].map(({ key }) => placeOf(key))).toEqual(places)
    const now = [...store.table('account').leaves(LOWEST, HIGHEST)].map(({ key }) => placeOf(key))
    expect(now).toEqual(places.filter((place) => place !== 70))
    const middle = store.table('account').records(keyOf(71), keyOf(99), 100)
    expect(middle.map(({ key }) => placeOf(key))).toEqual([77, 84, 91, 98])
  })

  it('take the leaf hash of a change as it is, and check the record against it when it is read', () => {
    const store = newStore()
    const record = text('record')
    const changes = [{ table: 'node' as const, key: keyOf(1), record, leaf: leafHash(text('another')) }]
    store.commit(windowCommit(1, { changes }))
    expect([...store.table('node').leaves(keyOf(1), keyOf(1))]).toEqual([
      { key: keyOf(1), hash: leafHash(text('another')) },
    ])
    expect(() => store.table('node').record(keyOf(1))).toThrow(code('STORE_CORRUPT'))
    expect(() => store.table('node').records(LOWEST, HIGHEST, 9)).toThrow(code('STORE_CORRUPT'))
  })
})
