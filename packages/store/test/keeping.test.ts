import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { describe, expect, it, onTestFinished } from 'vitest'
import { INCIDENTS_MAX, PROOFS_KEPT_WINDOWS } from '../src/constants.js'
import { DATABASE_FILE, openStore, type Store, sealOf } from '../src/index.js'
import { digest, fill, temporaryDirectory, text, windowCommit } from './helpers.js'

const code = (value: string) => expect.objectContaining({ code: value })

function newStore(windows = 0): Store {
  const store = openStore({ dir: temporaryDirectory(), mode: 'write' })
  onTestFinished(() => store.close())
  fill(store, windows)
  return store
}

/** What a process that starts afterwards finds. */
function reopened(store: Store): Store {
  store.close()
  const next = openStore({ dir: store.dir, mode: 'write' })
  onTestFinished(() => next.close())
  return next
}

/** Writes to the database as no store would. */
function sql(store: Store, statement: string): void {
  const database = new DatabaseSync(join(store.dir, DATABASE_FILE))
  database.function('seal', { varargs: true }, (...values) => sealOf(values))
  database.exec(statement)
  database.close()
}

describe('notes', () => {
  it('are replaced as a whole, deleted, and survive a restart', () => {
    const store = newStore()
    store.notes.put('a', text('one'))
    store.notes.put('a', text('two'))
    store.notes.put('b', text('three'))
    store.notes.delete('b')
    store.notes.delete('never there')
    const { notes } = reopened(store)
    expect([notes.get('a'), notes.get('b'), notes.get('c')]).toEqual([text('two'), undefined, undefined])
  })
})

describe('objects', () => {
  it('are listed by hash, kept once and dropped by hash', () => {
    const store = newStore()
    const hashes = ['x', 'y', 'z'].map(digest)
    for (const hash of hashes) store.objects.put(hash, hash)
    store.objects.put(digest('x'), digest('x'))
    expect(store.objects.list()).toEqual([...hashes].sort(Buffer.compare))
    store.objects.delete(digest('y'))
    const { objects } = reopened(store)
    expect(objects.list()).toEqual([digest('x'), digest('z')].sort(Buffer.compare))
    expect([objects.get(digest('x')), objects.get(digest('y'))]).toEqual([digest('x'), undefined])
  })
})

describe('incidents', () => {
  const note = (over: object = {}) => ({ code: 'InvalidSignature', peer: 'p', window: 5, atMs: 1_000, ...over })

  it('are counted by code and peer, over the windows in which they happened', () => {
    const store = newStore()
    store.incidents.note(note({ sample: text('first') }))
    store.incidents.note(note({ window: 9, atMs: 3_000 }), 4)
    store.incidents.note(note({ window: 2, atMs: 2_000 }))
    expect(reopened(store).incidents.list()).toEqual([
      {
        code: 'InvalidSignature',
        peer: 'p',
        count: 6,
        firstWindow: 2,
        lastWindow: 9,
        lastAtMs: 2_000,
        sample: text('first'),
      },
    ])
  })

  it('are noted together or not at all', () => {
    const store = newStore()
    function* failing() {
      yield { note: note(), count: 2 }
      throw new Error('half way')
    }
    expect(() => store.incidents.noteAll(failing())).toThrow('half way')
    expect(store.incidents.list()).toEqual([])
    store.incidents.noteAll([
      { note: note(), count: 2 },
      { note: note({ peer: 'q' }), count: 3 },
    ])
    expect(store.incidents.list().map(({ peer, count }) => [peer, count])).toEqual([
      ['p', 2],
      ['q', 3],
    ])
  })

  it('keep the latest sample', () => {
    const { incidents } = newStore()
    incidents.note(note({ sample: text('first') }))
    incidents.note(note({ sample: text('second') }))
    expect(incidents.list()).toMatchObject([{ sample: text('second') }])
  })

  it('are listed with the latest first, and apart by code and by peer', () => {
    const { incidents } = newStore()
    incidents.note(note({ atMs: 1 }))
    incidents.note(note({ atMs: 3, peer: 'q' }))
    incidents.note(note({ atMs: 2, code: 'ProofInvalid' }))
    expect(incidents.list().map(({ code, peer }) => `${code} ${peer}`)).toEqual([
      'InvalidSignature q',
      'ProofInvalid p',
      'InvalidSignature p',
    ])
  })

  it('are capped: the one that is longest ago goes first, and one that happens again stays', () => {
    const store = newStore()
    const rows = `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${INCIDENTS_MAX})`
    sql(
      store,
      `${rows} INSERT INTO incidents SELECT 'C', 'peer ' || i, 1, 1, 1, i, NULL, seal('C', 'peer ' || i, 1, 1, 1, i, NULL) FROM n`,
    )
    store.incidents.note(note({ code: 'C', peer: 'peer 1', atMs: 100_000 }))
    expect(store.incidents.list()).toHaveLength(INCIDENTS_MAX)
    store.incidents.note(note({ code: 'C', peer: 'new', atMs: 100_001 }))
    const listed = store.incidents.list()
    expect(listed).toHaveLength(INCIDENTS_MAX)
    expect(listed.slice(0, 2)).toMatchObject([
      { peer: 'new', count: 1 },
      { peer: 'peer 1', count: 2 },
    ])
    expect(listed.some(({ peer }) => peer === 'peer 2')).toBe(false)
  })
})

describe('proofs', () => {
  it('come with their window only, and only where this node has one', () => {
    const store = newStore(1)
    store.commit(windowCommit(2, { proof: text('proof 2') }))
    store.commit(windowCommit(3))
    const { proofs } = reopened(store)
    expect([1, 2, 3].map((window) => proofs.get(window))).toEqual([undefined, text('proof 2'), undefined])
  })

  it('of windows that left the range are pruned by the next one', () => {
    const store = newStore(1)
    const kept = PROOFS_KEPT_WINDOWS
    sql(
      store,
      `INSERT INTO proofs SELECT w, bytes, digest FROM envelopes, (SELECT ${2 - kept} w UNION SELECT ${3 - kept})`,
    )
    store.commit(windowCommit(2, { proof: text('proof 2') }))
    expect([2 - kept, 3 - kept, 2].map((window) => store.proofs.get(window))).toEqual([
      undefined,
      text('envelope 1'),
      text('proof 2'),
    ])
  })
})

describe('work', () => {
  it('is listed in the order in which it was done, also after a restart, and cleared', () => {
    const store = newStore()
    for (const piece of ['c', 'a', 'b']) store.work.append(text(piece))
    const { work } = reopened(store)
    work.append(text('a'))
    expect([...work.list()]).toEqual(['c', 'a', 'b', 'a'].map(text))
    work.clear()
    expect([...work.list()]).toEqual([])
  })
})

describe('one transaction', () => {
  it('holds a window, its certificate and its proof: all or none', () => {
    const store = newStore(1)
    function* failing() {
      yield { table: 'account' as const, key: digest('winner'), record: text('half') }
      throw new Error('half way')
    }
    const extra = { certificate: text('certificate'), proof: text('proof') }
    expect(() => store.commit(windowCommit(2, { ...extra, changes: failing() }))).toThrow('half way')
    sql(store, "CREATE TRIGGER full BEFORE INSERT ON proofs BEGIN SELECT RAISE(ABORT, 'no room'); END")
    expect(() => store.commit(windowCommit(2, extra))).toThrow('no room')
    expect([store.head()?.window, store.certificates.get(2), store.proofs.get(2)]).toEqual([1, undefined, undefined])
    expect(store.context()).toEqual(text('context 1'))
    sql(store, 'DROP TRIGGER full')
    const next = reopened(store)
    next.commit(windowCommit(2, extra))
    expect([next.certificates.get(2), next.proofs.get(2)]).toEqual([text('certificate'), text('proof')])
  })
})

describe('a Propose in the journal', () => {
  const propose = { window: 7, kind: 'propose' as const, phase: 0, bytes: text('signed') }

  it('is never replaced, one per round', () => {
    const { journal } = newStore()
    journal.append({ ...propose, round: 1, hash: digest('one') })
    journal.append({ ...propose, round: 2, hash: digest('two') })
    for (const replace of [false, true]) {
      const second = { ...propose, round: 1, hash: digest('two'), replace }
      expect(() => journal.append(second)).toThrow(code('JOURNAL_CONFLICT'))
    }
    expect([...journal.entries(7)].map(({ round, hash }) => [round, hash])).toEqual([
      [1, digest('one')],
      [2, digest('two')],
    ])
  })
})

describe('digests', () => {
  it.each([
    ['a note', 'notes', (store: Store) => store.notes.get('name')],
    ['a control object', 'objects', (store: Store) => store.objects.get(digest('x'))],
    ['a control object in the list', 'objects', (store: Store) => store.objects.list()],
    ['clock values', 'proofs', (store: Store) => store.proofs.get(2)],
    ['candidate work', 'work', (store: Store) => [...store.work.list()]],
  ])('%s that changed behind the back of the store is noticed', (_, table, read) => {
    const store = newStore(1)
    store.notes.put('name', text('note'))
    store.objects.put(digest('x'), text('object'))
    store.work.append(text('work'))
    store.commit(windowCommit(2, { proof: text('proof') }))
    expect(() => read(store)).not.toThrow()
    sql(store, `UPDATE ${table} SET bytes = x'00'`)
    expect(() => read(store)).toThrow(code('STORE_CORRUPT'))
  })
})

describe('parts that peers can mend', () => {
  it('are noted where they were dropped, and put back once', () => {
    const store = newStore(5)
    store.repairs.drop({ kind: 'envelope', window: 3 })
    store.repairs.drop({ kind: 'certificate', window: 2 })
    expect([store.windowAt(3)?.envelope, store.oldestWindow()]).toEqual([undefined, 4])
    const next = reopened(store)
    expect(next.repairs.missing()).toEqual([
      { kind: 'certificate', window: 2 },
      { kind: 'envelope', window: 3 },
    ])
    expect(next.repairs.refill({ kind: 'envelope', window: 3 }, text('envelope 3'))).toBe(true)
    expect(next.repairs.refill({ kind: 'envelope', window: 3 }, text('another'))).toBe(false)
    expect([next.windowAt(3)?.envelope, next.oldestWindow()]).toEqual([text('envelope 3'), 1])
  })
})

describe('a row that was changed behind its back', () => {
  it.each([
    ['hashes of a window', "UPDATE windows SET cba = x'00' WHERE window = 2", (store: Store) => store.history(1, 3)],
    ['the head', 'UPDATE windows SET applied_at_ms = 5 WHERE window = 3', (store: Store) => store.head()],
    ['the name of a journal entry', 'UPDATE journal SET round = 7', (store: Store) => [...store.journal.entries(0)]],
    ['a seal', "UPDATE journal SET seal = x'00'", (store: Store) => [...store.journal.entries(0)]],
    ['no seal', 'UPDATE windows SET seal = NULL', (store: Store) => store.windowAt(2)],
    ['an incident', 'UPDATE incidents SET count = 9', (store: Store) => store.incidents.list()],
    ['evidence', 'UPDATE evidence SET window = 9', (store: Store) => store.evidence.list()],
    ['the genesis', "UPDATE meta SET value = x'00'", (store: Store) => store.genesisDocument()],
    ['an anchor', 'UPDATE anchors SET node = 2', (store: Store) => store.anchors.list()],
    ['a number of records', 'UPDATE table_counts SET count = 2', (store: Store) => store.table('node').count()],
    ['a record', "UPDATE node_records SET record = x'00'", (store: Store) => store.table('node').record(digest('a'))],
    ['a leaf', "UPDATE node_leaves SET leaf = x'00'", (store: Store) => store.table('node').record(digest('a'))],
  ])('is noticed: %s', (_, statement, read) => {
    const store = newStore(2)
    store.commit(windowCommit(3, { freeze: true }))
    store.journal.append({ window: 2, kind: 'bc', round: 0, phase: 0, hash: digest('x'), bytes: text('bc') })
    store.evidence.put('header', 2, text('a'), text('b'))
    store.incidents.note({ code: 'InvalidSignature', peer: 'p', window: 5, atMs: 1_000 })
    expect(() => read(store)).not.toThrow()
    sql(store, statement)
    expect(() => read(store)).toThrow(code('STORE_CORRUPT'))
  })
})

it('a reader that holds sees one state while windows are committed, until it lets go', () => {
  const store = newStore(3)
  const reader = openStore({ dir: store.dir, mode: 'read' })
  const release = reader.hold()
  store.commit(windowCommit(4))
  expect([reader.head()?.window, reader.windowAt(4)]).toEqual([3, undefined])
  release()
  expect(reader.head()?.window).toBe(4)
  reader.close()
})
