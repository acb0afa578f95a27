import { ConfigError } from '@montana/foundation'
import { APPLICATION_ID } from './constants.js'
import type { Database } from './database.js'
import { foreignStore } from './errors.js'

/**
 * Times are milliseconds since the Unix epoch. `running_seq` is the request that a run answers: what is wanted beyond it
 * makes the job run once more. Ids of events never come back, also after old ones were cut. Spec repository-mirror 4.1.
 */
const SCHEMA = `
  CREATE TABLE job (
    mirror TEXT NOT NULL, layer TEXT NOT NULL, wanted_seq INTEGER NOT NULL, done_seq INTEGER NOT NULL,
    running_seq INTEGER NOT NULL, state TEXT NOT NULL, attempts INTEGER NOT NULL, next_attempt_at_ms INTEGER NOT NULL,
    last_error_code TEXT, reason TEXT NOT NULL, PRIMARY KEY (mirror, layer)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE attempt (
    id INTEGER PRIMARY KEY AUTOINCREMENT, mirror TEXT NOT NULL, layer TEXT NOT NULL, started_at_ms INTEGER NOT NULL,
    ended_at_ms INTEGER, outcome TEXT NOT NULL, error_code TEXT, message TEXT, refs TEXT NOT NULL, counts TEXT NOT NULL
  ) STRICT;
  CREATE INDEX attempt_of_mirror ON attempt (mirror, id);
  CREATE INDEX attempt_open ON attempt (id) WHERE ended_at_ms IS NULL;
  CREATE TABLE layer (
    mirror TEXT NOT NULL, layer TEXT NOT NULL, status TEXT NOT NULL, last_success_at_ms INTEGER,
    last_attempt_at_ms INTEGER, commit_id TEXT, synced INTEGER, total INTEGER, lag_commits INTEGER, error TEXT,
    drift TEXT NOT NULL, PRIMARY KEY (mirror, layer)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE ref (
    mirror TEXT NOT NULL, ref TEXT NOT NULL, pushed TEXT, seen TEXT, rescue_refs TEXT NOT NULL,
    PRIMARY KEY (mirror, ref)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE owned (
    mirror TEXT NOT NULL, kind TEXT NOT NULL, name TEXT NOT NULL, mac TEXT NOT NULL, remote_updated_at_ms INTEGER NOT NULL,
    origin TEXT NOT NULL, PRIMARY KEY (mirror, kind, name)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE lease (
    id INTEGER PRIMARY KEY CHECK (id = 1), owner TEXT NOT NULL, pid INTEGER NOT NULL, boot_id TEXT NOT NULL,
    started TEXT NOT NULL, expires_at_ms INTEGER NOT NULL
  ) STRICT;
  CREATE TABLE observation (
    id INTEGER PRIMARY KEY AUTOINCREMENT, at_ms INTEGER NOT NULL, verdict TEXT NOT NULL, detail TEXT NOT NULL
  ) STRICT;
  CREATE TABLE audit (
    id INTEGER PRIMARY KEY AUTOINCREMENT, at_ms INTEGER NOT NULL, actor TEXT NOT NULL, action TEXT NOT NULL,
    reason TEXT NOT NULL, epoch_before INTEGER, epoch_after INTEGER, detail TEXT NOT NULL
  ) STRICT;
  CREATE TABLE event (
    id INTEGER PRIMARY KEY AUTOINCREMENT, at_ms INTEGER NOT NULL, kind TEXT NOT NULL, mirror TEXT, layer TEXT,
    data TEXT NOT NULL
  ) STRICT;
  CREATE TABLE note (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
`

/** What each version adds; an older store is brought up in one transaction. */
const VERSIONS: readonly string[] = [SCHEMA]

/**
 * Creates what is missing; refuses a database of another program (STORE_INVALID) or of a newer release (ConfigError
 * STORE_SCHEMA_NEWER, 78).
 */
export function prepareSchema(database: Database): void {
  if (checkedVersion(database) === VERSIONS.length) return
  database.transaction(() => {
    // Asked again under the lock: of two processes that start on an empty folder one comes second.
    const version = checkedVersion(database)
    for (const sql of VERSIONS.slice(version)) database.exec(sql)
    database.exec(`PRAGMA application_id = ${APPLICATION_ID}; PRAGMA user_version = ${VERSIONS.length}`)
  })
}

function checkedVersion(database: Database): number {
  const version = database.get<{ user_version: number }>('PRAGMA user_version')?.user_version ?? 0
  const id = database.get<{ application_id: number }>('PRAGMA application_id')?.application_id ?? 0
  const isOurs = version === 0 ? isEmpty(database) : id === APPLICATION_ID
  if (!isOurs) throw foreignStore(database.path)
  if (version <= VERSIONS.length) return version
  throw new ConfigError(`store ${database.path} has schema ${version}, this program reads up to ${VERSIONS.length}`, {
    code: 'STORE_SCHEMA_NEWER',
    field: 'data-dir',
    remedy: 'start the newer release that wrote it, or name another data folder',
  })
}

function isEmpty(database: Database): boolean {
  return database.get<{ n: number }>('SELECT count(*) AS n FROM sqlite_schema')?.n === 0
}
