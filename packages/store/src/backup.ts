import { createHash } from 'node:crypto'
import { closeSync, existsSync, fsyncSync, openSync, readSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import type { Database } from './database.js'

/** The backup of a store that had schema `version`, beside it. */
export function backupPath(path: string, version: number): string {
  return `${path}.schema${version}`
}

/**
 * Copies the store as it is before an upgrade, durably and with its SHA-256; a backup that exists is kept. Its signature journal grows old: a
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
    const digest = `${backup}.sha256`
    writeFileSync(digest, `${hashOfFile(temporary)}\n`)
    syncPath(digest)
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
