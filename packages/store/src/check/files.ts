import { createHash } from 'node:crypto'
import { createReadStream, existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { DATABASE_FILE, HEAD_NOTE_FILE, LOCK_FILE } from '../constants.js'
import { readHeadNote } from '../head-note.js'
import { REPAIR, type StoreFault } from './types.js'

const BACKUP = new RegExp(`^${DATABASE_FILE}\\.schema\\d+$`)

/** The small files beside the database, and the backups that upgrades made. */
export async function fileFaults(dir: string, signal?: AbortSignal): Promise<StoreFault[]> {
  const faults: StoreFault[] = []
  if (readHeadNote(dir) === 'damaged') {
    const message = 'the note of how far the store has come is not as it was written'
    faults.push({ code: 'HEAD_NOTE_DAMAGED', file: HEAD_NOTE_FILE, message, mend: 'here', remedy: REPAIR })
  }
  const lock = join(dir, LOCK_FILE)
  if (existsSync(lock) && statSync(lock).size > 0) {
    const message = 'the lock file holds bytes; it never does'
    faults.push({ code: 'LOCK_FILE_FOREIGN', file: LOCK_FILE, message, mend: 'here', remedy: REPAIR })
  }
  for (const name of readdirSync(dir).filter((file) => BACKUP.test(file))) {
    if (!(await isBackupSound(join(dir, name), signal))) faults.push(backupFault(name))
  }
  return faults
}

async function isBackupSound(path: string, signal: AbortSignal | undefined): Promise<boolean> {
  const digest = `${path}.sha256`
  if (!existsSync(digest)) return true
  return (await hashOfFile(path, signal)) === readFileSync(digest, 'utf8').trim()
}

async function hashOfFile(path: string, signal: AbortSignal | undefined): Promise<string> {
  const hash = createHash('sha256')
  await pipeline(createReadStream(path), hash, { ...(signal && { signal }) })
  return hash.digest('hex')
}

function backupFault(file: string): StoreFault {
  const message = 'the backup of an upgrade is not as it was written'
  const remedy = 'delete it and the .sha256 beside it: the store itself does not need it'
  return { code: 'BACKUP_DAMAGED', file, message, remedy, mend: 'nobody' }
}
