/** The one database file of a data directory; SQLite keeps `-wal` and `-shm` beside it. */
export const DATABASE_FILE = 'store.db'
/** Held open by the writing process; empty, and left in place. */
export const LOCK_FILE = 'store.lock'
/** How far the store has come, beside its database. */
export const HEAD_NOTE_FILE = 'store.head'
/** "mtst" as SQLite's application id, so that a foreign database is recognised. */
export const APPLICATION_ID = 0x6d747374
export const SCHEMA_VERSION = 3
/** A process that is being replaced needs a moment to end; a service manager restarts within this time. */
export const LOCK_WAIT_MS = 500
/** Readers never block the writer in WAL mode; this covers recovery by another process. */
export const BUSY_TIMEOUT_MS = 5_000
export const HASH_BYTES = 32
/** Windows whose intermediate clock values are kept: an epoch of production, 40 MB at 64 segments. */
export const PROOFS_KEPT_WINDOWS = 20_160
/** Kinds of wrongdoing by peer that are kept; the oldest go first. No special reason. */
export const INCIDENTS_MAX = 4_096
/** Of a new store: three account records to a page, where 4 KiB hold one. Measured in decision 30. */
export const PAGE_BYTES = 8_192
/** Pages of the write-ahead log after which it is written back: 16 MiB, read again in well under a second at start-up. */
export const LOG_PAGES = 2_000
/** Page cache of a connection, KiB. */
export const CACHE_KIB = 16_384
