import { accessSync, constants, existsSync, mkdirSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { bytesEqual, ConfigError, toHex } from '@montana/foundation'
import { syncPath } from './backup.js'
import { BUSY_TIMEOUT_MS, CACHE_KIB, DATABASE_FILE, LOCK_FILE, LOG_PAGES, PAGE_BYTES } from './constants.js'
import { Database } from './database.js'
import { noStore, toStoreError, unusableDirectory } from './errors.js'
import { lockDirectory } from './lock.js'
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
    const store = new SqliteStore(dir, openDatabase(dir), () => lock.release())
    return checkedStore(store, genesisHash)
  } catch (error) {
    lock.release()
    throw error
  }
}

function openToRead({ dir, genesisHash }: OpenStoreOptions): ReadStore {
  const connection = openForReading(dir)
  try {
    if (!hasSchema(connection.database)) throw noStore(dir)
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

function openDatabase(dir: string): Database {
  const path = join(dir, DATABASE_FILE)
  let connection: DatabaseSync | undefined
  try {
    connection = new DatabaseSync(path, { timeout: BUSY_TIMEOUT_MS })
    // FULL: the log is synchronised at every commit, so what was acknowledged survives a power cut (spec protocol 16.1).
    // The page size counts for a new file alone.
    connection.exec(`PRAGMA page_size = ${PAGE_BYTES}; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL`)
    connection.exec(`PRAGMA wal_autocheckpoint = ${LOG_PAGES}; PRAGMA cache_size = -${CACHE_KIB}`)
    const database = new Database(connection, path)
    prepareSchema(database)
    syncPath(dir)
    return database
  } catch (error) {
    connection?.close()
    throw toStoreError(error, path)
  }
}

function prepareDirectory(dir: string): void {
  try {
    const created = mkdirSync(dir, { recursive: true, mode: 0o750 })
    accessSync(dir, constants.W_OK | constants.X_OK)
    // SQLite would open a file of another user read-only and fail as late as the first commit.
    for (const file of [DATABASE_FILE, LOCK_FILE].map((name) => join(dir, name))) {
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
  if (wanted === undefined || stored === undefined || bytesEqual(stored, wanted)) return
  const message = `data-dir ${store.dir} belongs to genesis ${toHex(stored)}, not to ${toHex(wanted)}`
  throw new ConfigError(message, {
    code: 'STORE_GENESIS_MISMATCH',
    field: 'data-dir',
    remedy: 'start with the genesis of this store, name another data directory, or discard its data with --reset',
    metadata: { stored: toHex(stored), wanted: toHex(wanted) },
  })
}
