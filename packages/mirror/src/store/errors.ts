import { errorMessage } from '@montana/foundation'
import { MirrorError } from '../contracts/errors.js'

/** Primary SQLite result codes: sqlite.org/rescode.html. */
const SQLITE = { BUSY: 5, LOCKED: 6, READONLY: 8, IOERR: 10, CORRUPT: 11, FULL: 13, CANTOPEN: 14, NOTADB: 26 } as const

const REMEDIES: Readonly<Record<number, string>> = {
  [SQLITE.READONLY]: 'give the process write permission on the data folder',
  [SQLITE.IOERR]: 'check the disk of the data folder, then run it again',
  [SQLITE.CORRUPT]: 'move the database away: the next sync compares everything anew',
  [SQLITE.FULL]: 'free space on the disk of the data folder',
  [SQLITE.CANTOPEN]: 'name a data folder that this user may write',
  [SQLITE.NOTADB]: 'move the file away: the next sync compares everything anew',
}

/** BUSY where another process has the store, STORE_INVALID for all that a retry does not heal. */
export function toStoreError(error: unknown, path: string): unknown {
  const code = sqliteCode(error)
  if (code === undefined) return error
  if (code === SQLITE.BUSY || code === SQLITE.LOCKED) return busy(path, error)
  const remedy = REMEDIES[code] ?? 'run it again'
  return new MirrorError('STORE_INVALID', `store ${path}: ${errorMessage(error)}`, { remedy, cause: error })
}

export function foreignStore(path: string): MirrorError {
  const remedy = 'name another data folder'
  return new MirrorError('STORE_INVALID', `${path} is a database of another program`, { remedy })
}

function busy(path: string, cause: unknown): MirrorError {
  const remedy = 'run it again when the other process has ended'
  return new MirrorError('BUSY', `store ${path} is locked by another process`, { remedy, cause })
}

function sqliteCode(error: unknown): number | undefined {
  const { errcode } = (error ?? {}) as { errcode?: unknown }
  return typeof errcode === 'number' ? errcode & 0xff : undefined
}
