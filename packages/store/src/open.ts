import { accessSync, constants, existsSync, mkdirSync, rmSync, statSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { bytesEqual, ConfigError, toHex } from '@montana/foundation'
import { syncPath } from './backup.js'
import {
  BUSY_TIMEOUT_MS,
  CACHE_KIB,
  DATABASE_FILE,
  HEAD_NOTE_FILE,
  LOCK_FILE,
  LOG_PAGES,
  PAGE_BYTES,
} from './constants.js'
import { Database } from './database.js'
import { logLost, noStore, StoreError, storeFault, toStoreError, unusableDirectory } from './errors.js'
import { type HeadNote, HeadNoteFile, readHeadNote } from './head-note.js'
import { lockDirectory } from './lock.js'
import { settleLog } from './log-file.js'
import { openForReading } from './read-connection.js'
import { hasSchema, prepareSchema } from './schema.js'
import { SqliteStore } from './sqlite-store.js'
import type { ReadStore, Store } from './types.js'

export interface OpenStoreOptions {
  readonly dir: string
  /**
   * `write`: one process at a time, creates what is missing. `read`: any number, beside a writer, writes nothing.
   * A process that wants both opens to write first: SQLite shares one log index, read-only or not, inside a process.
   */
  readonly mode: 'write' | 'read'
  /** Refuse a store of another network. */
  readonly genesisHash?: Uint8Array
}

/**
 * Opens the store of a data directory. Throws ConfigError (exit 78): `STORE_LOCKED` when another process writes it,
 * `STORE_GENESIS_MISMATCH`, `STORE_SCHEMA_NEWER`, `DATA_DIR_UNWRITABLE`, and in read mode `NO_STORE`; StoreError
 * `STORE_CORRUPT` or `STORE_IO` for a file that cannot be read.
 */
export function openStore(options: OpenStoreOptions & { readonly mode: 'write' }): Store
export function openStore(options: OpenStoreOptions & { readonly mode: 'read' }): ReadStore
export function openStore(options: OpenStoreOptions): ReadStore {
  return options.mode === 'write' ? openToWrite(options) : openToRead(options)
}

function openToWrite({ dir, genesisHash }: OpenStoreOptions): Store {
  prepareDirectory(dir)
  const lock = lockDirectory(dir)
  try {
    const { database, note } = openDatabase(dir)
    const release = () => {
      note.close()
      lock.release()
    }
    return checkedStore(new SqliteStore(dir, database, release), genesisHash)
  } catch (error) {
    lock.release()
    throw error
  }
}

function openToRead({ dir, genesisHash }: OpenStoreOptions): ReadStore {
  // Before the database: a writer that runs goes on meanwhile, and its note is never ahead of it.
  const acknowledged = readHeadNote(dir)
  const connection = openForReading(dir)
  try {
    if (!hasSchema(connection.database)) throw noStore(dir)
    checkHeadNote(dir, acknowledged, connection.database)
    const store = new SqliteStore(dir, connection.database, connection.close)
    if (store.head() === undefined) throw noStore(dir)
    checkGenesis(store, genesisHash)
    return store
  } catch (error) {
    connection.close()
    throw error
  }
}

function checkedStore(store: SqliteStore, genesisHash: Uint8Array | undefined): SqliteStore {
  try {
    checkGenesis(store, genesisHash)
    return store
  } catch (error) {
    store.close()
    throw error
  }
}

function openDatabase(dir: string): { database: Database; note: HeadNoteFile } {
  const path = join(dir, DATABASE_FILE)
  let connection: DatabaseSync | undefined
  try {
    if (!existsSync(path)) rmSync(join(dir, HEAD_NOTE_FILE), { force: true })
    proveWhole(dir, true)
    settleLog(`${path}-wal`)
    connection = new DatabaseSync(path, { timeout: BUSY_TIMEOUT_MS })
    // FULL: the log is synchronised at every commit, so what was acknowledged survives a power cut (spec protocol 16.1).
    // The page size counts for a new file alone.
    connection.exec(`PRAGMA page_size = ${PAGE_BYTES}; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL`)
    connection.exec(`PRAGMA wal_autocheckpoint = ${LOG_PAGES}; PRAGMA cache_size = -${CACHE_KIB}`)
    // A log that has grown behind a reader is cut back: a start after a crash writes all of it again.
    connection.exec(`PRAGMA journal_size_limit = ${LOG_PAGES * PAGE_BYTES}`)
    const database = new Database(connection, path)
    prepareSchema(database)
    const note = keepHeadNote(dir, database)
    syncPath(dir)
    return { database, note }
  } catch (error) {
    connection?.close()
    throw toStoreError(error, path)
  }
}

const NOTHING: HeadNote = { sequence: 0, window: -1 }

type ReadNote = ReturnType<typeof readHeadNote>

/** Throws StoreError `STORE_LOG_LOST` when the database is older than the note beside it. A damaged note proves nothing. */
function checkHeadNote(dir: string, acknowledged: ReadNote, database: Database): void {
  if (typeof acknowledged === 'string') return
  const stored = database.headNote()
  if (acknowledged.sequence > stored.sequence) throw logLost(dir, acknowledged, stored)
}

/**
 * Refuses a database that is older than its note, before a writing connection takes what is left of the log for all there
 * was and writes it back. A database that was taken away on purpose takes its note with it.
 */
function proveWhole(dir: string, isWriter = false): void {
  const acknowledged = readHeadNote(dir)
  if (typeof acknowledged === 'string' || acknowledged.sequence === 0) return
  const path = join(dir, DATABASE_FILE)
  if (!existsSync(path)) return
  if (statSync(path).size === 0) throw logLost(dir, acknowledged, NOTHING)
  const { database, close } = openForReading(dir, isWriter)
  try {
    if (hasSchema(database)) checkHeadNote(dir, acknowledged, database)
    else throw logLost(dir, acknowledged, NOTHING)
  } finally {
    close()
  }
}

/** Why {@link openStore} would refuse the database as older than its note; `undefined` where it is not, or cannot be read. */
export function logLostOf(dir: string): StoreError | undefined {
  try {
    proveWhole(dir)
  } catch (error) {
    if (error instanceof StoreError && error.code === 'STORE_LOG_LOST') return error
  }
  return undefined
}

function keepHeadNote(dir: string, database: Database): HeadNoteFile {
  const note = new HeadNoteFile(dir)
  note.write(database.headNote())
  database.onCommit((head) => note.write(head))
  return note
}

function prepareDirectory(dir: string): void {
  try {
    const created = mkdirSync(dir, { recursive: true, mode: 0o750 })
    accessSync(dir, constants.W_OK | constants.X_OK)
    // SQLite would open a file of another user read-only and fail as late as the first commit.
    for (const file of [DATABASE_FILE, `${DATABASE_FILE}-wal`, LOCK_FILE].map((name) => join(dir, name))) {
      if (existsSync(file)) accessSync(file, constants.R_OK | constants.W_OK)
    }
    // A new file or directory is durable only when the directory that names it is.
    if (created !== undefined) syncPath(dirname(resolve(dir)))
  } catch (error) {
    throw unusableDirectory(dir, error)
  }
}

function checkGenesis(store: SqliteStore, wanted: Uint8Array | undefined): void {
  const stored = store.genesisHash()
  const isWhole = stored !== undefined && store.genesisDocument() !== undefined
  if (!isWhole && store.head() !== undefined) {
    throw storeFault(
      'STORE_CORRUPT',
      join(store.dir, DATABASE_FILE),
      new Error('it does not say of which genesis it is'),
    )
  }
  if (wanted === undefined || stored === undefined || bytesEqual(stored, wanted)) return
  const message = `data-dir ${store.dir} belongs to genesis ${toHex(stored)}, not to ${toHex(wanted)}`
  throw new ConfigError(message, {
    code: 'STORE_GENESIS_MISMATCH',
    field: 'data-dir',
    remedy: 'start with the genesis of this store, name another data directory, or discard its data with --reset',
    metadata: { stored: toHex(stored), wanted: toHex(wanted) },
  })
}
