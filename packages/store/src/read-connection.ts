import { constants, copyFileSync, mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { pathToFileURL } from 'node:url'
import { BUSY_TIMEOUT_MS, DATABASE_FILE } from './constants.js'
import { Database } from './database.js'
import { isCannotOpen, noStore, storeFault, toStoreError } from './errors.js'
import { mayBeWritten } from './lock.js'
import { isLog } from './log-file.js'

export interface ReadConnection {
  readonly database: Database
  close(): void
}

/** A writer that starts or stops between two looks at its files changes the case at most a few times. */
const ATTEMPTS = 5

/**
 * Opens a store without writing to its directory, not even the files that SQLite makes for a plain reader.
 * - a log that has begun, and `-shm`: a writer runs or was killed. `readonly_shm` shares its index read-only, or rebuilds it
 *   in memory.
 * - a log without `-shm` (a copied store): read through a temporary copy, because ignoring the log would lose windows.
 * - no log: it was stopped cleanly. `immutable` takes no locks, so a guard checks after every read that the file is still
 *   the one that was opened.
 * - a log that has not begun, and `-shm`: a writer runs and has written nothing yet, or was killed there; the lock tells.
 *   SQLite itself asks for ten seconds, and gives up where there is none. `isWriter`: the caller has the lock.
 */
export function openForReading(dir: string, isWriter = false): ReadConnection {
  const path = join(dir, DATABASE_FILE)
  const mayBegin = () => !isWriter && mayBeWritten(dir)
  for (let attempt = 1; ; attempt++) {
    if (identity(path) === undefined) throw noStore(dir)
    try {
      return openCase(path, mayBegin)
    } catch (error) {
      if (attempt === ATTEMPTS || !isCannotOpen(error)) throw toStoreError(error, path)
    }
  }
}

function openCase(path: string, mayBegin: () => boolean): ReadConnection {
  const log = `${path}-wal`
  const isShared = identity(log) !== undefined && identity(`${path}-shm`) !== undefined
  if (isShared && (isLog(log) || mayBegin())) return direct(path, 'readonly_shm=1')
  return isLog(log) ? copied(path) : direct(path, 'immutable=1', unchanged(path))
}

function direct(path: string, query: string, guard?: () => void): ReadConnection {
  const url = pathToFileURL(path)
  url.search = query
  const connection = new DatabaseSync(url, { readOnly: true, timeout: BUSY_TIMEOUT_MS })
  try {
    connection.prepare('PRAGMA schema_version').get()
  } catch (error) {
    connection.close()
    throw error
  }
  const database = new Database(connection, path, guard)
  return { database, close: () => database.close() }
}

function copied(path: string): ReadConnection {
  const directory = mkdtempSync(join(tmpdir(), 'montana-store-'))
  const remove = () => rmSync(directory, { recursive: true, force: true })
  try {
    const copy = join(directory, DATABASE_FILE)
    const guards = [unchanged(path), unchanged(`${path}-wal`)]
    copyFileSync(path, copy, constants.COPYFILE_FICLONE)
    copyFileSync(`${path}-wal`, `${copy}-wal`, constants.COPYFILE_FICLONE)
    for (const guard of guards) guard()
    const { database } = direct(copy, '')
    const close = () => {
      database.close()
      remove()
    }
    return { database, close }
  } catch (error) {
    remove()
    throw error
  }
}

function unchanged(path: string): () => void {
  const opened = identity(path)
  return () => {
    const now = identity(path)
    const isSame = now?.ino === opened?.ino && now?.size === opened?.size && now?.mtimeNs === opened?.mtimeNs
    if (!isSame) throw storeFault('STORE_BUSY', path, new Error('a node started while it was read'))
  }
}

function identity(path: string) {
  return statSync(path, { bigint: true, throwIfNoEntry: false })
}
