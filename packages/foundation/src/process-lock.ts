import { existsSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'

/** Primary result codes of SQLite for "somebody else has it". */
const HELD: ReadonlySet<number> = new Set([5, 6])

/**
 * Exclusive for this process until the returned function is called or the process ends, however it ends: the lock is the
 * operating system's, which SQLite takes on a file of its own. A file with a process id in it would outlive a kill -9.
 * Undefined while another process holds it after `waitMs`. Throws SQLite's error for a file that cannot be used.
 */
export function tryProcessLock(path: string, waitMs = 0): (() => void) | undefined {
  const lock = new DatabaseSync(path, { timeout: waitMs })
  try {
    lock.exec('PRAGMA journal_mode = MEMORY; PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE')
    return () => (lock.isOpen ? lock.close() : undefined)
  } catch (error) {
    lock.close()
    if (isHeld(error)) return undefined
    throw error
  }
}

/** Whether a process has the lock: looks at the file and writes nothing. Throws SQLite's error for a file that cannot be read. */
export function isProcessLocked(path: string): boolean {
  if (!existsSync(path)) return false
  const look = new DatabaseSync(path, { readOnly: true })
  try {
    look.prepare('SELECT 1 FROM sqlite_schema').get()
    return false
  } catch (error) {
    if (isHeld(error)) return true
    throw error
  } finally {
    look.close()
  }
}

/** The lower byte: an extended code says no more here. */
function isHeld(error: unknown): boolean {
  return HELD.has(((error as { errcode?: number }).errcode ?? 0) & 0xff)
}
