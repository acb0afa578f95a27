/** The one database of the data folder; SQLite keeps `-wal` and `-shm` beside it. */
export const DATABASE_FILE = 'mirror.sqlite'
/** 32 bytes for the MACs of secrets, beside the database and never in it. Spec repository-mirror 4.1. */
export const MAC_KEY_FILE = 'mirror.key'
export const MAC_KEY_BYTES = 32
/** "mtmr" as SQLite's application id, so that a foreign database is recognised. */
export const APPLICATION_ID = 0x6d746d72
/** A write of another process takes one synchronised commit; this covers many, on a slow disk. */
export const BUSY_TIMEOUT_MS = 5_000
/** Spec repository-mirror 4.1. */
export const ATTEMPTS_KEPT_MS = 90 * 86_400_000
export const ATTEMPTS_KEPT = 10_000
/** What a page that was away for a while can catch up with. No special reason. */
export const EVENTS_KEPT = 10_000
/** At one each 30 min half a year. */
export const OBSERVATIONS_KEPT = 10_000
