import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { APPLICATION_ID } from '../src/constants.js'
import { DATABASE_FILE, openStore } from '../src/index.js'
import { digest, fill, temporaryDirectory, text, windowCommit } from './helpers.js'

/** The tables of schema 1 as the first release made them. Never edited: it is what lies on disks. */
const SCHEMA_1 = `
  CREATE TABLE meta (key TEXT PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID;
  CREATE TABLE windows (
    window INTEGER PRIMARY KEY, proposal_hash BLOB NOT NULL, state_root BLOB NOT NULL, timechain_value BLOB NOT NULL,
    context_hash BLOB NOT NULL, cement_value BLOB NOT NULL, cba BLOB, applied_at_ms INTEGER
  );
  CREATE TABLE envelopes (window INTEGER PRIMARY KEY, bytes BLOB NOT NULL, digest BLOB NOT NULL);
  CREATE TABLE context (id INTEGER PRIMARY KEY CHECK (id = 1), bytes BLOB NOT NULL, digest BLOB NOT NULL);
  CREATE TABLE account (key BLOB PRIMARY KEY, record BLOB NOT NULL);
  CREATE TABLE node (key BLOB PRIMARY KEY, record BLOB NOT NULL);
  CREATE TABLE candidate (key BLOB PRIMARY KEY, record BLOB NOT NULL);
  CREATE TABLE certificates (window INTEGER PRIMARY KEY, bytes BLOB NOT NULL, digest BLOB NOT NULL);
  CREATE TABLE journal (
    window INTEGER NOT NULL, kind TEXT NOT NULL, round INTEGER NOT NULL, phase INTEGER NOT NULL,
    hash BLOB NOT NULL, bytes BLOB NOT NULL, digest BLOB NOT NULL,
    PRIMARY KEY (window, kind, round, phase)
  );
  CREATE TABLE evidence (
    id INTEGER PRIMARY KEY, kind TEXT NOT NULL, window INTEGER NOT NULL,
    a BLOB NOT NULL, b BLOB NOT NULL, digest BLOB NOT NULL UNIQUE
  );
`
/** What version 2 added. Never edited either. */
const SCHEMA_2 = `
  CREATE TABLE notes (name TEXT PRIMARY KEY, bytes BLOB NOT NULL, digest BLOB NOT NULL) WITHOUT ROWID;
  CREATE TABLE objects (hash BLOB PRIMARY KEY, bytes BLOB NOT NULL, digest BLOB NOT NULL) WITHOUT ROWID;
  CREATE TABLE incidents (
    code TEXT NOT NULL, peer TEXT NOT NULL, count INTEGER NOT NULL, first_window INTEGER NOT NULL,
    last_window INTEGER NOT NULL, last_at_ms INTEGER NOT NULL, sample BLOB, PRIMARY KEY (code, peer)
  ) WITHOUT ROWID;
  CREATE TABLE proofs (window INTEGER PRIMARY KEY, bytes BLOB NOT NULL, digest BLOB NOT NULL);
  CREATE TABLE work (id INTEGER PRIMARY KEY, bytes BLOB NOT NULL, digest BLOB NOT NULL);
`
const UNCHANGED = 'meta windows envelopes context certificates journal evidence'.split(' ')
const ADDED = 'notes objects incidents proofs work'.split(' ')
const RECORDS = 'account node candidate'.split(' ')

/** A directory with the store of an earlier release: three windows, a vote and a pair. */
export function oldStore(version: 1 | 2 = 1): string {
  const dir = temporaryDirectory()
  const database = connected(dir)
  database.exec(`PRAGMA journal_mode = WAL; ${SCHEMA_1} ${version === 2 ? SCHEMA_2 : ''}`)
  database.exec(`PRAGMA application_id = ${APPLICATION_ID}; PRAGMA user_version = ${version}`)
  database.prepare('ATTACH ? AS filled').run(join(filledToday(), DATABASE_FILE))
  for (const table of [...UNCHANGED, ...(version === 2 ? ADDED : [])]) {
    database.exec(`INSERT INTO main.${table} SELECT ${columnsOf(database, table)} FROM filled.${table}`)
  }
  for (const table of RECORDS) {
    database.exec(`INSERT INTO main.${table} SELECT reversed(tree), record FROM filled.${table}_records`)
  }
  database.exec('DETACH filled')
  database.close()
  return dir
}

/** The columns of the first two versions: version 3 sealed some rows. */
function columnsOf(database: DatabaseSync, table: string): string {
  const columns = database
    .prepare(`PRAGMA main.table_info(${table})`)
    .all()
    .map(({ name }) => name)
  return columns.filter((name) => name !== 'seal').join(', ')
}

function connected(dir: string, readOnly = false): DatabaseSync {
  const database = new DatabaseSync(join(dir, DATABASE_FILE), { readOnly })
  database.function('reversed', (bytes) => Uint8Array.from(bytes as Uint8Array).reverse())
  return database
}

function filledToday(): string {
  const dir = temporaryDirectory()
  const store = openStore({ dir, mode: 'write' })
  fill(store, 2)
  store.commit(windowCommit(3, { certificate: text('certificate 3'), cba: digest('cba 3') }))
  store.journal.append({ window: 3, kind: 'vote', round: 0, phase: 2, hash: digest('vote'), bytes: text('vote 3') })
  store.evidence.put('header', 2, text('a'), text('b'))
  store.close()
  return dir
}

export function versionOf(dir: string): unknown {
  const database = new DatabaseSync(join(dir, DATABASE_FILE), { readOnly: true })
  const row = database.prepare('PRAGMA user_version').get()
  database.close()
  return row?.user_version
}

/** Everything that the tables of the first release hold, under their names of then. */
export function contents1(dir: string): string {
  const isOld = Number(versionOf(dir)) < 3
  const database = connected(dir, true)
  const rows = UNCHANGED.map((table) => database.prepare(`SELECT ${columnsOf(database, table)} FROM ${table}`).all())
  const records = RECORDS.map((table) => {
    const from = isOld ? `key, record FROM ${table}` : `reversed(tree) AS key, record FROM ${table}_records`
    return database.prepare(`SELECT ${from} ORDER BY 1`).all()
  })
  database.close()
  return JSON.stringify([rows, records])
}
