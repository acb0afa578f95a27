import { chmodSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { ConfigError, errorCode } from '@montana/foundation'
import { makeDataFolder } from '../config/data-folder.js'
import { BUSY_TIMEOUT_MS, DATABASE_FILE } from './constants.js'
import { Database } from './database.js'
import { toStoreError } from './errors.js'
import { openMacKey } from './mac-key.js'
import { MirrorStore } from './mirror-store.js'
import { prepareSchema } from './schema.js'

export interface OpenMirrorStoreOptions {
  /** How long a call waits for another process before it throws BUSY. */
  readonly busyTimeoutMs?: number
}

/**
 * Opens, and where needed makes, the store of a data folder (mode 0700, files 0600). Throws ConfigError (78)
 * DATA_DIR_UNWRITABLE or STORE_SCHEMA_NEWER, MirrorError BUSY or STORE_INVALID. Spec repository-mirror 4.1.
 */
export function openMirrorStore(folder: string, options: OpenMirrorStoreOptions = {}): MirrorStore {
  const path = join(folder, DATABASE_FILE)
  prepareFiles(folder, path)
  const macKey = openMacKey(folder)
  let connection: DatabaseSync | undefined
  try {
    connection = new DatabaseSync(path, { timeout: options.busyTimeoutMs ?? BUSY_TIMEOUT_MS })
    connection.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL')
    const database = new Database(connection, path)
    prepareSchema(database)
    return new MirrorStore(folder, database, macKey)
  } catch (error) {
    connection?.close()
    throw toStoreError(error, path)
  }
}

/**
 * Before SQLite makes the file with the mode of others; its log takes over the mode of the database. One that is there is
 * not opened here: closing it would give up the locks of every other connection of this process.
 */
function prepareFiles(folder: string, path: string): void {
  try {
    makeDataFolder(folder)
    createFile(path)
    chmodSync(path, 0o600)
  } catch (error) {
    throw new ConfigError(`data folder ${folder} cannot be written (${errorCode(error)})`, {
      code: 'DATA_DIR_UNWRITABLE',
      field: 'data-dir',
      remedy: 'name a folder that this user may write',
      cause: error,
    })
  }
}

function createFile(path: string): void {
  try {
    writeFileSync(path, '', { flag: 'wx', mode: 0o600 })
  } catch (error) {
    if (errorCode(error) !== 'EEXIST') throw error
  }
}
