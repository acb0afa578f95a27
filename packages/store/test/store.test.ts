import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { ConfigError } from '@montana/foundation'
import { describe, expect, it } from 'vitest'
import { Database } from '../src/database.js'
import { DATABASE_FILE, openStore, type Store } from '../src/index.js'
import { prepareSchema } from '../src/schema.js'
import { SqliteStore } from '../src/sqlite-store.js'
import { digest, fill, genesis, temporaryDirectory, text, windowCommit } from './helpers.js'

const code = (value: string, more: object = {}) => expect.objectContaining({ code: value, ...more })

function newStore(): Store {
  return openStore({ dir: temporaryDirectory(), mode: 'write' })
}

/** Writes to the database as no store would. */
function tamper(dir: string, sql: string): void {
  const database = new DatabaseSync(join(dir, DATABASE_FILE))
  database.exec(sql)
  database.close()
}

describe('windows', () => {
  it('window 0 is the genesis, written once', () => {
    const store = newStore()
    expect(store.head()).toBeUndefined()
    store.initialise(genesis)
    expect(store.head()).toMatchObject({ window: 0, stateRoot: genesis.stateRoot, proposalHash: new Uint8Array(32) })
    expect(store.context()).toEqual(text('context 0'))
    expect([store.genesisHash(), store.genesisDocument()]).toEqual([genesis.genesisHash, genesis.genesisDocument])
    expect(() => store.initialise(genesis)).toThrow(code('STORE_INITIALISED'))
    store.close()
  })

  it('a commit replaces the head, the context and the changed records together', () => {
    const store = newStore()
    fill(store, 1)
    const changes = [
      { table: 'node' as const, key: digest('a'), record: text('new a') },
      { table: 'node' as const, key: digest('b'), record: null },
    ]
    store.commit(windowCommit(2, { changes, cba: digest('cba'), appliedAtMs: 1_700_000_000_123 }))
    const { window, proposalHash, stateRoot, timechainValue, contextHash, cementValue } = windowCommit(2)
    const head = { window, proposalHash, stateRoot, timechainValue, contextHash, cementValue }
    expect(store.head()).toEqual(head)
    expect(store.windowAt(2)).toEqual({
      ...head,
      cba: digest('cba'),
      appliedAtMs: 1_700_000_000_123,
      envelope: text('envelope 2'),
    })
    expect(store.context()).toEqual(text('context 2'))
    const sorted = [
      [digest('a'), 'new a'],
      [digest('c'), 'genesis c'],
    ] as const
    const expected = [...sorted].sort((x, y) => Buffer.compare(x[0], y[0])).map(([, record]) => text(record))
    expect([...store.tableRecords('node')]).toEqual(expected)
    expect(store.integrityFaults()).toEqual([])
    store.close()
  })

  it('are found by proposal hash or state root in the range that is asked for, the newest first', () => {
    const store = newStore()
    fill(store, 3)
    store.commit(windowCommit(4, { stateRoot: windowCommit(2).stateRoot }))
    const { proposalHash, stateRoot } = windowCommit(2)
    expect(store.windowNamed(proposalHash, 1, 4)?.window).toBe(2)
    expect([4, 3].map((to) => store.windowNamed(stateRoot, 1, to)?.window)).toEqual([4, 2])
    expect(store.windowNamed(proposalHash, 3, 4)).toBeUndefined()
    expect(store.windowNamed(windowCommit(2).timechainValue, 1, 4)).toBeUndefined()
    store.close()
  })

  it.each([[1], [3], [0], [-1]])('window %i after head 1 is refused and leaves nothing', (window) => {
    const store = newStore()
    fill(store, 1)
    expect(() => store.commit(windowCommit(window))).toThrow(code('STORE_SEQUENCE'))
    expect(store.head()?.window).toBe(1)
    expect(store.context()).toEqual(text('context 1'))
    store.close()
  })

  it('a commit before the genesis is refused', () => {
    const store = newStore()
    expect(() => store.commit(windowCommit(1))).toThrow(code('STORE_UNINITIALISED'))
    store.close()
  })

  it('a commit that fails half way leaves the window before', () => {
    const store = newStore()
    fill(store, 3)
    function* failing() {
      yield { table: 'account' as const, key: digest('winner'), record: text('half') }
      throw new Error('half way')
    }
    expect(() => store.commit(windowCommit(4, { changes: failing() }))).toThrow('half way')
    expect(store.head()?.window).toBe(3)
    expect([...store.tableRecords('account')]).toEqual([text('balance 3')])
    expect(store.windowAt(4)).toBeUndefined()
    store.commit(windowCommit(4))
    expect(store.head()?.window).toBe(4)
    store.close()
  })

  it('ranges stop at the count, at the bytes and at the head', () => {
    const store = newStore()
    fill(store, 20)
    const range = (from: number, count: number, maxBytes: number) =>
      [...store.windows(from, count, maxBytes)].map(({ window }) => window)
    expect(range(3, 4, 1_000_000)).toEqual([3, 4, 5, 6])
    expect(range(1, 9, 'envelope 1'.length * 3)).toEqual([1, 2, 3])
    expect(range(1, 9, 'envelope 1'.length * 3 - 1)).toEqual([1, 2])
    expect(range(19, 9, 1_000_000)).toEqual([19, 20])
    expect(range(21, 9, 1_000_000)).toEqual([])
    expect(store.oldestWindow()).toBe(1)
    expect([...store.windows(20, 1, 100)]).toEqual([{ window: 20, envelope: text('envelope 20') }])
    store.close()
  })

  it('history gives the clock value and aggregate of each window, both ends included', () => {
    const store = newStore()
    fill(store, 4)
    store.commit(windowCommit(5, { cba: digest('cba 5') }))
    expect(store.history(4, 9)).toEqual([
      { window: 4, timechainValue: digest('time 4'), cba: undefined },
      { window: 5, timechainValue: digest('time 5'), cba: digest('cba 5') },
    ])
    expect(store.history(0, 0)).toEqual([{ window: 0, timechainValue: digest('time 0'), cba: undefined }])
    store.close()
  })

  it('survives closing and opening', () => {
    const dir = temporaryDirectory()
    const first = openStore({ dir, mode: 'write' })
    fill(first, 5)
    first.close()
    const second = openStore({ dir, mode: 'write', genesisHash: genesis.genesisHash })
    expect(second.head()?.window).toBe(5)
    second.commit(windowCommit(6))
    second.close()
    expect(() => second.head()).toThrow(code('STORE_CLOSED'))
    expect(() => second.close()).not.toThrow()
  })

  it.each([
    ['the envelope', "UPDATE envelopes SET bytes = x'00' WHERE window = 2", (store: Store) => store.windowAt(2)],
    ['the context', "UPDATE context SET bytes = x'00'", (store: Store) => store.context()],
    ['a journal entry', "UPDATE journal SET bytes = x'00'", (store: Store) => store.journal.entry(2, 'bc')],
    ['a certificate', "UPDATE certificates SET bytes = x'00'", (store: Store) => store.certificates.get(2)],
  ])('%s that was changed behind its back is noticed', (_, sql, read) => {
    const store = newStore()
    fill(store, 2)
    store.journal.append({ window: 2, kind: 'bc', round: 0, phase: 0, hash: digest('x'), bytes: text('bc') })
    store.certificates.put(2, text('certificate'))
    expect(() => read(store)).not.toThrow()
    tamper(store.dir, sql)
    expect(() => read(store)).toThrow(code('STORE_CORRUPT', { remedy: expect.any(String) }))
    store.close()
  })
})

describe('opening', () => {
  it('refuses a store of another genesis and names both', () => {
    const dir = temporaryDirectory()
    const store = openStore({ dir, mode: 'write' })
    fill(store, 1)
    store.close()
    const open = (mode: 'write' | 'read') => () =>
      mode === 'write'
        ? openStore({ dir, mode, genesisHash: digest('other') })
        : openStore({ dir, mode, genesisHash: digest('other') })
    for (const mode of ['write', 'read'] as const) {
      const both = expect.stringMatching(
        new RegExp(
          `${Buffer.from(digest('genesis')).toString('hex')}.*${Buffer.from(digest('other')).toString('hex')}`,
        ),
      )
      const expected = { exitCode: 78, field: 'data-dir', message: both, remedy: expect.stringContaining('--reset') }
      expect(open(mode)).toThrow(code('STORE_GENESIS_MISMATCH', expected))
    }
    openStore({ dir, mode: 'write', genesisHash: genesis.genesisHash }).close()
  })

  it('refuses a newer schema, a foreign database and a file that is none', () => {
    const newer = temporaryDirectory()
    openStore({ dir: newer, mode: 'write' }).close()
    tamper(newer, 'PRAGMA user_version = 99')
    const open = (dir: string) => () => openStore({ dir, mode: 'write' })
    expect(open(newer)).toThrow(code('STORE_SCHEMA_NEWER', { exitCode: 78, remedy: expect.any(String) }))
    const foreign = temporaryDirectory()
    tamper(foreign, 'CREATE TABLE t (x)')
    expect(open(foreign)).toThrow(code('STORE_CORRUPT'))
    const garbage = temporaryDirectory()
    writeFileSync(join(garbage, DATABASE_FILE), Buffer.alloc(8192, 7))
    expect(open(garbage)).toThrow(code('STORE_CORRUPT'))
  })

  it.each([['a file instead of a directory'], ['a directory below a file']])(
    'refuses %s and writes nothing',
    (what) => {
      const parent = temporaryDirectory()
      const file = join(parent, 'file')
      writeFileSync(file, 'mine')
      const dir = what === 'a file instead of a directory' ? file : join(file, 'below')
      expect(() => openStore({ dir, mode: 'write' })).toThrow(ConfigError)
      expect(() => openStore({ dir, mode: 'write' })).toThrow(
        code('DATA_DIR_UNWRITABLE', { field: 'data-dir', message: expect.stringContaining(dir), exitCode: 78 }),
      )
      expect(readdirSync(parent)).toEqual(['file'])
    },
  )

  it('creates a data directory that does not exist', () => {
    const dir = join(temporaryDirectory(), 'a', 'b')
    openStore({ dir, mode: 'write' }).close()
    expect(existsSync(join(dir, DATABASE_FILE))).toBe(true)
  })

  it('reading says when there is no store, and makes none', () => {
    const dir = temporaryDirectory()
    const read = (at: string) => () => openStore({ dir: at, mode: 'read' })
    expect(read(dir)).toThrow(code('NO_STORE', { exitCode: 78 }))
    expect(read(join(dir, 'missing'))).toThrow(code('NO_STORE'))
    expect(readdirSync(dir)).toEqual([])
    const started = join(dir, 'started')
    mkdirSync(started)
    openStore({ dir: started, mode: 'write' }).close()
    expect(read(started)).toThrow(code('NO_STORE'))
  })
})

describe('a full disk', () => {
  it('is STORE_FULL, leaves the window before and ends with the shortage', () => {
    const dir = temporaryDirectory()
    const connection = new DatabaseSync(join(dir, DATABASE_FILE))
    const database = new Database(connection, dir)
    prepareSchema(database)
    const store = new SqliteStore(dir, database, () => {})
    fill(store, 1)
    const limit = (pages: number) => connection.exec(`PRAGMA max_page_count = ${pages}`)
    // SQLite gives the same answer at its own page limit as on a disk without room.
    limit(database.get<{ page_count: number }>('PRAGMA page_count')?.page_count ?? 0)
    const commit = () => store.commit(windowCommit(2, { envelope: new Uint8Array(500_000) }))
    expect(commit).toThrow(code('STORE_FULL', { remedy: expect.stringContaining('free space') }))
    expect(store.head()?.window).toBe(1)
    expect(store.context()).toEqual(text('context 1'))
    limit(1_000_000)
    commit()
    expect(store.head()?.window).toBe(2)
    store.close()
  })
})
