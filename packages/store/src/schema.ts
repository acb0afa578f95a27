import { ConfigError } from '@montana/foundation'
import { keepBackup } from './backup.js'
import { APPLICATION_ID, SCHEMA_VERSION } from './constants.js'
import type { Database } from './database.js'
import { storeFault } from './errors.js'
import { FILL_3, SCHEMA_3, VIEWS_3 } from './tables/schema.js'

/**
 * Digests are SHA-256 over the bytes beside them and are checked on every read. Records of the three tables carry
 * none: their Merkle roots are in the headers and are rebuilt at start-up. Envelopes live apart from the small
 * columns of their windows, so that history reads no envelope and pruning keeps history.
 */
const SCHEMA = `
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

/**
 * Version 2: notes of the node to itself, bodies of control objects it vouched for, what peers did wrong, the
 * intermediate values of windows it has ground, and the work of its candidacy.
 */
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

/** What each version adds, and how the rows of the version before come there. */
const VERSIONS: readonly string[] = [SCHEMA, SCHEMA_2, SCHEMA_3]
const FILLS: readonly string[] = ['', '', FILL_3]

/**
 * Creates the tables in an empty database, or brings an older one up in one transaction, after a backup; refuses one of
 * another program or of a newer version.
 */
export function prepareSchema(database: Database): void {
  const version = schemaVersion(database)
  if (version === 0) requireEmpty(database)
  else checkVersion(database, version)
  if (version > 0 && version < SCHEMA_VERSION) keepBackup(database, version)
  if (version < SCHEMA_VERSION) upgrade(database, version)
}

/**
 * True when there is a store of ours at all. An older one is read for what it has: the tables that it lacks are there for
 * this connection only, and empty. Throws like {@link prepareSchema} for one that cannot be read.
 */
export function hasSchema(database: Database): boolean {
  const version = schemaVersion(database)
  if (version === 0) return false
  checkVersion(database, version)
  if (version < SCHEMA_VERSION) database.exec(`PRAGMA temp_store = MEMORY; ${temporary(VERSIONS.slice(version))}`)
  return true
}

/** What an older store lacks: empty tables of this connection, and views of its own tables under their new names. */
function temporary(versions: readonly string[]): string {
  const tables = versions.join('').replaceAll('CREATE TABLE', 'CREATE TEMP TABLE')
  return `${tables}${VIEWS_3}`
}

function schemaVersion(database: Database): number {
  return database.get<{ user_version: number }>('PRAGMA user_version')?.user_version ?? 0
}

function requireEmpty(database: Database): void {
  const tables = database.get<{ n: number }>('SELECT count(*) AS n FROM sqlite_schema')?.n ?? 0
  if (tables > 0) throw foreign(database.path)
}

function upgrade(database: Database, from: number): void {
  database.transaction(() => {
    for (let version = from; version < SCHEMA_VERSION; version++) {
      database.exec(`${VERSIONS[version]}${FILLS[version]}`)
    }
    database.exec(`PRAGMA application_id = ${APPLICATION_ID}; PRAGMA user_version = ${SCHEMA_VERSION}`)
  })
}

function checkVersion(database: Database, version: number): void {
  const id = database.get<{ application_id: number }>('PRAGMA application_id')?.application_id
  if (id !== APPLICATION_ID) throw foreign(database.path)
  if (version <= SCHEMA_VERSION) return
  throw new ConfigError(`store ${database.path} has schema ${version}, this program reads up to ${SCHEMA_VERSION}`, {
    code: 'STORE_SCHEMA_NEWER',
    field: 'data-dir',
    remedy: 'start the newer release that wrote it, or name another data directory',
    metadata: { version, supported: SCHEMA_VERSION },
  })
}

function foreign(path: string): Error {
  return storeFault('STORE_CORRUPT', path, new Error('it is a database of another program'))
}
