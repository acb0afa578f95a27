import { closeSync, existsSync, fsyncSync, openSync, renameSync, rmSync } from 'node:fs'
import { dirname } from 'node:path'
import type { Database } from './database.js'

/** The backup of a store that had schema `version`, beside it. */
export function backupPath(path: string, version: number): string {
  return `${path}.schema${version}`
}

/**
 * Copies the store as it is before an upgrade, durably; a backup that exists is kept. Its signature journal grows old: a
 * node that is put back onto it must not sign before it has caught up (spec protocol 16.3).
 */
export function keepBackup(database: Database, version: number): void {
  const backup = backupPath(database.path, version)
  if (existsSync(backup)) return
  const temporary = `${backup}.tmp`
  rmSync(temporary, { force: true })
  try {
    database.run('VACUUM INTO ?', temporary)
    syncPath(temporary)
    renameSync(temporary, backup)
    syncPath(dirname(backup))
  } catch (error) {
    rmSync(temporary, { force: true })
    throw error
  }
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
