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
const TABLES_1 = 'meta windows envelopes context account node candidate certificates journal evidence'.split(' ')

/** A directory with the store of the first release: three windows, a vote and a pair. */
export function oldStore(): string {
  const dir = temporaryDirectory()
  const database = new DatabaseSync(join(dir, DATABASE_FILE))
  database.exec(`PRAGMA journal_mode = WAL; ${SCHEMA_1}`)
  database.exec(`PRAGMA application_id = ${APPLICATION_ID}; PRAGMA user_version = 1`)
  database.prepare('ATTACH ? AS filled').run(join(filledToday(), DATABASE_FILE))
  for (const table of TABLES_1) database.exec(`INSERT INTO main.${table} SELECT * FROM filled.${table}`)
  database.exec('DETACH filled')
  database.close()
  return dir
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

/** Everything that the tables of the first release hold. */
export function contents1(dir: string): string {
  const database = new DatabaseSync(join(dir, DATABASE_FILE), { readOnly: true })
  const rows = TABLES_1.map((table) => database.prepare(`SELECT * FROM ${table}`).all())
  database.close()
  return JSON.stringify(rows)
}
