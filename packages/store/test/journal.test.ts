import { describe, expect, it } from 'vitest'
import { type JournalAppend, openStore } from '../src/index.js'
import { digest, fill, temporaryDirectory, text, windowCommit } from './helpers.js'

const code = (value: string) => expect.objectContaining({ code: value })

function entry(over: Partial<JournalAppend> = {}): JournalAppend {
  return { window: 7, kind: 'header', round: 0, phase: 0, hash: digest('one'), bytes: text('signed one'), ...over }
}

function newStore() {
  return openStore({ dir: temporaryDirectory(), mode: 'write' })
}

describe('signature journal', () => {
  it.each(['header', 'vote', 'reveal', 'bc'] as const)('a second %s with another content is refused', (kind) => {
    const { journal, close } = bound(newStore())
    journal.append(entry({ kind }))
    expect(() => journal.append(entry({ kind, hash: digest('two') }))).toThrow(code('JOURNAL_CONFLICT'))
    expect(journal.entry(7, kind)?.hash).toEqual(digest('one'))
    close()
  })

  it('the same content keeps the first signature', () => {
    const { journal, close } = bound(newStore())
    journal.append(entry())
    expect(journal.append(entry({ bytes: text('signed again') })).bytes).toEqual(text('signed one'))
    expect([...journal.entries(0)]).toHaveLength(1)
    close()
  })

  it.each([
    ['bc', true],
    ['lock', true],
    ['header', false],
    ['vote', false],
  ] as const)('a %s may be replaced on request: %s', (kind, may) => {
    const { journal, close } = bound(newStore())
    journal.append(entry({ kind }))
    const replace = () => journal.append(entry({ kind, hash: digest('two'), bytes: text('larger'), replace: true }))
    if (may) expect(replace().bytes).toEqual(text('larger'))
    else expect(replace).toThrow(code('JOURNAL_CONFLICT'))
    expect(journal.entry(7, kind)?.bytes).toEqual(text(may ? 'larger' : 'signed one'))
    close()
  })

  it('votes of other rounds and phases are other entries', () => {
    const { journal, close } = bound(newStore())
    for (const [round, phase] of [
      [0, 1],
      [0, 2],
      [1, 1],
    ] as const) {
      journal.append(entry({ kind: 'vote', round, phase, hash: digest(`${round} ${phase}`) }))
    }
    expect([...journal.entries(7)].map(({ round, phase }) => [round, phase])).toEqual([
      [0, 1],
      [0, 2],
      [1, 1],
    ])
    expect(journal.entry(7, 'vote', 1, 1)?.hash).toEqual(digest('1 1'))
    expect(journal.entry(7, 'vote', 1, 2)).toBeUndefined()
    close()
  })

  it('several entries are appended together or not at all', () => {
    const { journal, close } = bound(newStore())
    journal.append(entry())
    const conflicting = [entry({ kind: 'bc' }), entry({ hash: digest('two') })]
    expect(() => journal.appendAll(conflicting)).toThrow(code('JOURNAL_CONFLICT'))
    expect(journal.entry(7, 'bc')).toBeUndefined()
    expect(journal.appendAll([entry({ kind: 'bc' }), entry({ kind: 'reveal' })])).toHaveLength(2)
    expect(journal.entry(7, 'bc')?.bytes).toEqual(text('signed one'))
    close()
  })

  it('a commit drops the entries of old windows when asked', () => {
    const store = newStore()
    fill(store, 2)
    for (const window of [1, 2, 3]) store.journal.append(entry({ window }))
    store.commit(windowCommit(3))
    expect([...store.journal.entries(0)].map(({ window }) => window)).toEqual([1, 2, 3])
    store.commit(windowCommit(4, { pruneJournalBelow: 3 }))
    expect([...store.journal.entries(0)].map(({ window }) => window)).toEqual([3])
    store.close()
  })
})

describe('certificates and evidence', () => {
  it('a certificate is stored with its window or later, and replaced', () => {
    const store = newStore()
    fill(store, 1)
    store.commit(windowCommit(2, { certificate: text('two') }))
    expect([store.certificates.get(1), store.certificates.get(2)]).toEqual([undefined, text('two')])
    store.certificates.put(1, text('one'))
    store.certificates.put(2, text('two, more'))
    expect([store.certificates.get(1), store.certificates.get(2)]).toEqual([text('one'), text('two, more')])
    store.close()
  })

  it('a contradicting pair is kept once, whatever its order', () => {
    const store = newStore()
    const [a, b] = [text('b'), text('a')]
    expect(store.evidence.put('header', 5, a, b)).toBe(true)
    expect(store.evidence.put('header', 5, b, a)).toBe(false)
    expect(store.evidence.put('vote', 5, a, b)).toBe(true)
    expect(store.evidence.put('header', 6, a, b)).toBe(true)
    expect(store.evidence.list().map(({ kind, window }) => [kind, window])).toEqual([
      ['header', 5],
      ['vote', 5],
      ['header', 6],
    ])
    expect(store.evidence.list()[0]).toMatchObject({ a: text('a'), b: text('b') })
    store.close()
  })
})

function bound(store: ReturnType<typeof newStore>) {
  return { journal: store.journal, close: () => store.close() }
}
