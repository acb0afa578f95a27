import { describe, expect, it } from 'vitest'
import type { StubRow } from '../../src/index.js'
import { digest, text, windowCommit } from '../helpers.js'
import { HIGHEST, keyOf, LOWEST, newStore, wholeStub } from './support.js'

const code = (value: string) => expect.objectContaining({ code: value })
const hash = digest('stub')
const half = (upper: boolean, over: Partial<StubRow> = {}): StubRow => {
  const lo = upper ? keyOf(0x8000) : LOWEST
  return { lo, depth: 1, count: 2, key: lo, height: 0, hash, ...over }
}
const changed = (window: number, place: number) =>
  windowCommit(window, { changes: [{ table: 'account', key: keyOf(place), record: text(`${window}`) }] })

describe('stubs', () => {
  it('of a new store are one dirty stub of everything', () => {
    const store = newStore()
    for (const table of ['account', 'node', 'candidate'] as const) {
      expect(store.stubs(table).all()).toEqual([wholeStub(0)])
    }
  })

  it('are split, and only the one above a changed key gets dirty', () => {
    const store = newStore(1)
    const stubs = store.stubs('account')
    stubs.put([half(true), half(false)])
    expect(stubs.all()).toEqual([half(false), half(true)])
    store.commit(changed(2, 0x9000))
    expect(stubs.dirty()).toEqual([half(true, { hash: null })])
    stubs.put([half(true, { count: 3 })])
    expect(stubs.dirty()).toEqual([])
    store.commit(changed(3, 0x7fff))
    expect(stubs.all()).toEqual([half(false, { hash: null }), half(true, { count: 3 })])
  })

  it('that were computed before a commit stay dirty where it changed something', () => {
    const store = newStore(1)
    const stubs = store.stubs('account')
    stubs.put([half(true), half(false)])
    store.commit(changed(2, 0x9000))
    stubs.put([half(true), half(false)], 1)
    expect(stubs.all()).toEqual([half(false), half(true, { hash: null })])
    stubs.put([wholeStub(4, hash)], 1)
    expect(stubs.all()).toEqual([wholeStub(4)])
    stubs.put([wholeStub(4, hash)], 2)
    expect(stubs.all()).toEqual([wholeStub(4, hash)])
  })

  it('say from which window on they hold, also as the children of one that was changed', () => {
    const store = newStore(1)
    const stubs = store.stubs('account')
    stubs.put([half(true), half(false)])
    const since = () => stubs.kept().map((stub) => stub.changed)
    store.commit(changed(2, 0x9000))
    expect(since()).toEqual([1, 2])
    const quarter: StubRow = { ...half(true), depth: 2 }
    stubs.put([quarter, { ...quarter, lo: keyOf(0xc000) }])
    expect(since()).toEqual([1, 2, 2])
    store.commit(changed(3, 0xd000))
    expect(since()).toEqual([1, 2, 3])
    expect(stubs.kept().map(({ changed: _, ...row }) => row)).toEqual(stubs.all())
  })

  it('must tile the key space, whatever is replaced', () => {
    const store = newStore()
    const stubs = store.stubs('account')
    expect(() => stubs.put([half(true)])).toThrow(code('STUBS_MALFORMED'))
    stubs.put([half(true), half(false)])
    const quarter: StubRow = { ...half(true), depth: 2 }
    expect(() => stubs.put([quarter])).toThrow(code('STUBS_MALFORMED'))
    expect(stubs.all()).toEqual([half(false), half(true)])
    stubs.put([quarter, { ...quarter, lo: keyOf(0xc000) }])
    expect(stubs.all().map(({ depth }) => depth)).toEqual([1, 2, 2])
    const deepest: StubRow = { lo: HIGHEST, depth: 256, count: 0, key: HIGHEST, height: 0, hash }
    expect(() => stubs.put([deepest])).toThrow(code('STUBS_MALFORMED'))
  })
})
