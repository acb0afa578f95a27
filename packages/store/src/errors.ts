import { ConfigError, errorCode, MontanaError, type MontanaErrorInit } from '@montana/foundation'
import type { HeadNote } from './head-note.js'

export type StoreErrorCode =
  | 'STORE_FULL'
  | 'STORE_IO'
  | 'STORE_CORRUPT'
  | 'STORE_LOG_LOST'
  | 'STORE_BUSY'
  | 'STORE_READ_ONLY'
  | 'STORE_CLOSED'
  | 'STORE_SEQUENCE'
  | 'STORE_UNINITIALISED'
  | 'STORE_INITIALISED'
  | 'STUBS_MALFORMED'
  | 'ANCHOR_GONE'
  | 'STAGING_TARGET'
  | 'STAGING_OVERLAP'
  | 'STAGING_INCOMPLETE'
  | 'JOURNAL_CONFLICT'
  | 'FILE_MALFORMED'

/** A store that cannot do what was asked; nothing of a failed write remains. Wrong settings are a ConfigError instead. */
export class StoreError extends MontanaError {
  declare readonly code: StoreErrorCode

  constructor(code: StoreErrorCode, message: string, init: MontanaErrorInit = {}) {
    super(code, message, init)
    this.name = 'StoreError'
  }
}

/** Primary SQLite result codes: sqlite.org/rescode.html. */
const SQLITE = {
  ERROR: 1,
  BUSY: 5,
  LOCKED: 6,
  READONLY: 8,
  IOERR: 10,
  CORRUPT: 11,
  FULL: 13,
  CANTOPEN: 14,
  NOTADB: 26,
} as const

const REMEDIES: Partial<Record<StoreErrorCode, string>> = {
  STORE_FULL: 'free space on the disk of the data directory',
  STORE_IO: 'check the disk of the data directory, then start again',
  STORE_CORRUPT:
    'move store.db and the files beside it away, keep identity.bin, and let the node synchronise again; a member that lost its journal must not sign before it has caught up',
  STORE_BUSY: 'run the command again',
  STORE_READ_ONLY: 'give the process write permission on the data directory',
}

/** The primary result code of an error of `node:sqlite`, `undefined` for any other error. */
export function sqliteCode(error: unknown): number | undefined {
  const { code, errcode } = error as { code?: unknown; errcode?: unknown }
  return code === 'ERR_SQLITE_ERROR' && typeof errcode === 'number' ? errcode & 0xff : undefined
}

export function isCannotOpen(error: unknown): boolean {
  return sqliteCode(error) === SQLITE.CANTOPEN
}

/** The index of the log, which is not durable and made anew after a crash, could not be enlarged: want of space. */
const SQLITE_IOERR_SHMSIZE = SQLITE.IOERR | (19 << 8)

export function isNoDatabase(error: unknown): boolean {
  return sqliteCode(error) === SQLITE.NOTADB
}

/** What the system says of a plain file beside the database, or of the directory. */
const SYSTEM_CODES: ReadonlyMap<string, StoreErrorCode> = new Map([
  ['ENOSPC', 'STORE_FULL'],
  ['EDQUOT', 'STORE_FULL'],
  ['EIO', 'STORE_IO'],
  ['EACCES', 'STORE_IO'],
  ['EPERM', 'STORE_IO'],
  ['EROFS', 'STORE_READ_ONLY'],
])

/** Gives an error of `node:sqlite`, and one of a disk that is full or broken, its store code; all else passes unchanged. */
export function toStoreError(error: unknown, path: string): unknown {
  const sqlite = sqliteCode(error)
  if (sqlite === undefined) {
    const system = error instanceof StoreError ? undefined : SYSTEM_CODES.get(errorCode(error))
    return system === undefined ? error : storeFault(system, path, error)
  }
  const isFull = (error as { errcode?: number }).errcode === SQLITE_IOERR_SHMSIZE
  const code = isFull ? 'STORE_FULL' : (STORE_CODES.get(sqlite) ?? 'STORE_IO')
  return storeFault(code, path, error)
}

export function storeFault(code: StoreErrorCode, path: string, cause: unknown): StoreError {
  const reason = cause instanceof Error ? cause.message : String(cause)
  const remedy = REMEDIES[code]
  return new StoreError(code, `store ${path}: ${reason}`, { ...(remedy && { remedy }), metadata: { path }, cause })
}

/** The database is older than what it acknowledged: `stored` < `acknowledged` transactions, heads likewise. */
export function logLost(dir: string, acknowledged: HeadNote, stored: HeadNote): StoreError {
  const lost = acknowledged.sequence - stored.sequence
  const message =
    `store ${dir} has lost the last ${lost} of its acknowledged writes: it held window ${acknowledged.window}, ` +
    `what can be read ends at ${stored.window < 0 ? 'no window' : `window ${stored.window}`}`
  return new StoreError('STORE_LOG_LOST', message, {
    field: 'data-dir',
    remedy:
      'put store.db and store.db-wal back as they were; or let montana store check --repair accept what is left: the node then signs nothing before it has caught up',
    metadata: { dir, lost, acknowledged: acknowledged.window, stored: stored.window },
  })
}

export function anchorGone(window: number): StoreError {
  return new StoreError('ANCHOR_GONE', `there is no frozen state of window ${window}`, {
    remedy: 'ask for an anchor that is announced now',
    metadata: { window },
  })
}

export function unusableDirectory(dir: string, cause: unknown): ConfigError {
  const reason = cause instanceof Error ? cause.message : String(cause)
  return new ConfigError(`data-dir ${dir} cannot be written: ${reason}`, {
    code: 'DATA_DIR_UNWRITABLE',
    field: 'data-dir',
    remedy: 'name a directory that this user may write, or change its owner',
    metadata: { dir },
    cause,
  })
}

export function noStore(dir: string): ConfigError {
  return new ConfigError(`data-dir ${dir} holds no store`, {
    code: 'NO_STORE',
    field: 'data-dir',
    remedy: 'name the data directory of a node that has been started once; of a devnet, one of its folders',
    metadata: { dir },
  })
}

const STORE_CODES: ReadonlyMap<number, StoreErrorCode> = new Map([
  // Every statement is our own: one that does not fit the tables has met a damaged schema.
  [SQLITE.ERROR, 'STORE_CORRUPT'],
  [SQLITE.BUSY, 'STORE_BUSY'],
  [SQLITE.LOCKED, 'STORE_BUSY'],
  [SQLITE.READONLY, 'STORE_READ_ONLY'],
  [SQLITE.IOERR, 'STORE_IO'],
  [SQLITE.CORRUPT, 'STORE_CORRUPT'],
  [SQLITE.FULL, 'STORE_FULL'],
  [SQLITE.CANTOPEN, 'STORE_IO'],
  [SQLITE.NOTADB, 'STORE_CORRUPT'],
])
