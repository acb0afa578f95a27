import { createHash } from 'node:crypto'
import { closeSync, existsSync, fsyncSync, openSync, readSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import type { Database } from './database.js'

/** The backup of a store that had schema `version`, beside it. */
export function backupPath(path: string, version: number): string {
  return `${path}.schema${version}`
}

/**
 * Copies the store as it is before an upgrade, durably and with its SHA-256, whatever an earlier upgrade left beside it: the store may
 * have gone on since, with the older program. A backup of another state keeps its content under the name
 * {@link olderBackupPath} and is never deleted. Its signature journal grows old: a node that is put back onto it must not
 * sign before it has caught up (spec protocol 16.3).
 */
export function keepBackup(database: Database, version: number): void {
  const backup = backupPath(database.path, version)
  const temporary = `${backup}.tmp`
  rmSync(temporary, { force: true })
  try {
    database.run('VACUUM INTO ?', temporary)
    syncPath(temporary)
    takePlace(temporary, backup)
  } catch (error) {
    rmSync(temporary, { force: true })
    throw error
  }
}

/** Where the backup of an earlier state lies: its name says what is in it. */
export function olderBackupPath(backup: string, sha256: string): string {
  return `${backup}.${sha256.slice(0, NAME_DIGITS)}`
}

/** Of a SHA-256 in a file name: enough that two states of one store do not share it. */
const NAME_DIGITS = 16

/** At every instant each state that was kept lies under one name at least. */
function takePlace(temporary: string, backup: string): void {
  const sha256 = hashOfFile(temporary)
  const earlier = existsSync(backup) ? hashOfFile(backup) : undefined
  if (earlier === sha256) rmSync(temporary)
  else {
    if (earlier !== undefined) renameSync(backup, olderBackupPath(backup, earlier))
    renameSync(temporary, backup)
  }
  writeFileSync(`${backup}.sha256`, `${sha256}\n`)
  syncPath(`${backup}.sha256`)
  syncPath(dirname(backup))
}

/** Makes the content of a file, or the names in a directory, durable. */
export function syncPath(path: string): void {
  const descriptor = openSync(path, 'r')
  try {
    fsyncSync(descriptor)
  } finally {
    closeSync(descriptor)
  }
}

const BLOCK_BYTES = 2 ** 20

function hashOfFile(path: string): string {
  const hash = createHash('sha256')
  const block = Buffer.alloc(BLOCK_BYTES)
  const descriptor = openSync(path, 'r')
  try {
    for (let read = 1; read > 0; ) {
      read = readSync(descriptor, block)
      hash.update(block.subarray(0, read))
    }
  } finally {
    closeSync(descriptor)
  }
  return hash.digest('hex')
}
