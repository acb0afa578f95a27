import { ConfigError } from '@montana/foundation'
import { APPLICATION_ID, SCHEMA_VERSION } from './constants.js'
import type { Database } from './database.js'
import { storeFault } from './errors.js'

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

/** Creates the tables in an empty database; refuses one of another program or of a newer version. */
export function prepareSchema(database: Database): void {
  const version = schemaVersion(database)
  if (version === 0) createSchema(database)
  else checkVersion(database, version)
}

/** True when there is a store of ours at all. Throws like {@link prepareSchema} for one that cannot be read. */
export function hasSchema(database: Database): boolean {
  const version = schemaVersion(database)
  if (version !== 0) checkVersion(database, version)
  return version !== 0
}

function schemaVersion(database: Database): number {
  return database.get<{ user_version: number }>('PRAGMA user_version')?.user_version ?? 0
}

function createSchema(database: Database): void {
  const tables = database.get<{ n: number }>('SELECT count(*) AS n FROM sqlite_schema')?.n ?? 0
  if (tables > 0) throw foreign(database.path)
  database.transaction(() => {
    database.exec(SCHEMA)
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
