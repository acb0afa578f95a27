import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { ConfigError } from '@montana/foundation'
import { LOCK_FILE, LOCK_WAIT_MS } from './constants.js'
import { isLocked, isNoDatabase, unusableDirectory } from './errors.js'

export interface DirectoryLock {
  release(): void
}

/**
 * Makes this process the only writer of `dir`. The lock is an operating-system lock that SQLite takes on a file of
 * its own, so it ends with the process, however that ends. A file with a process id in it would outlive a kill -9.
 * Throws ConfigError `STORE_LOCKED`.
 */
export function lockDirectory(dir: string): DirectoryLock {
  let lock: DatabaseSync | undefined
  try {
    lock = new DatabaseSync(join(dir, LOCK_FILE), { timeout: LOCK_WAIT_MS })
    lock.exec('PRAGMA journal_mode = MEMORY; PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE')
  } catch (error) {
    lock?.close()
    if (isNoDatabase(error)) throw foreignLock(dir, error)
    throw isLocked(error) ? alreadyLocked(dir, error) : unusableDirectory(dir, error)
  }
  const held = lock
  return { release: () => (held.isOpen ? held.close() : undefined) }
}

function foreignLock(dir: string, cause: unknown): ConfigError {
  return new ConfigError(`${LOCK_FILE} in data-dir ${dir} holds bytes that no node wrote`, {
    code: 'LOCK_FILE_FOREIGN',
    field: 'data-dir',
    remedy: 'run montana store check --repair, or delete the file while no node runs there',
    metadata: { dir },
    cause,
  })
}

function alreadyLocked(dir: string, cause: unknown): ConfigError {
  return new ConfigError(`data-dir ${dir} is in use by another process`, {
    code: 'STORE_LOCKED',
    field: 'data-dir',
    remedy: 'stop the other node, or give this one a data directory of its own',
    metadata: { dir },
    cause,
  })
}
