import { join } from 'node:path'
import { ConfigError } from '@montana/foundation'
import { isProcessLocked, tryProcessLock } from '@montana/foundation/process-lock'
import { LOCK_FILE, LOCK_WAIT_MS } from './constants.js'
import { isNoDatabase, unusableDirectory } from './errors.js'

export interface DirectoryLock {
  release(): void
}

/**
 * Makes this process the only writer of `dir`, until it is released or the process ends. Throws ConfigError
 * `STORE_LOCKED`.
 */
export function lockDirectory(dir: string): DirectoryLock {
  const release = take(dir)
  if (release === undefined) throw alreadyLocked(dir)
  return { release }
}

/** Whether some process has the store of `dir` open to write; true also where that cannot be found out. */
export function mayBeWritten(dir: string): boolean {
  try {
    return isProcessLocked(join(dir, LOCK_FILE))
  } catch {
    return true
  }
}

function take(dir: string): (() => void) | undefined {
  try {
    return tryProcessLock(join(dir, LOCK_FILE), LOCK_WAIT_MS)
  } catch (error) {
    throw isNoDatabase(error) ? foreignLock(dir, error) : unusableDirectory(dir, error)
  }
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

function alreadyLocked(dir: string): ConfigError {
  return new ConfigError(`data-dir ${dir} is in use by another process`, {
    code: 'STORE_LOCKED',
    field: 'data-dir',
    remedy: 'stop the other node, or give this one a data directory of its own',
    metadata: { dir },
  })
}
