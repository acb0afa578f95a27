import { randomUUID } from 'node:crypto'
import { type FileHandle, open, rename, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { makeDirectory, syncDirectory } from '@montana/foundation'
import { readSyncFile } from './sync-file.js'

const DEFAULT_MODE = 0o644

/**
 * Replaces a synced file in one durable step, if it still is what `expected` says (a digest, or undefined for missing)
 * just before the rename. False when somebody wrote it meanwhile: nothing is touched then. Spec three-mirror 12.4.
 */
export async function projectFile(
  root: string,
  path: string,
  text: string,
  expected: string | undefined,
  mode = DEFAULT_MODE,
): Promise<boolean> {
  const target = join(root, path)
  await makeDirectory(dirname(target))
  const temporary = `${target}.${process.pid}.${randomUUID().slice(0, 8)}${TEMPORARY_SUFFIX}`
  try {
    await writeSynced(await open(temporary, 'wx', mode), text)
    if ((await readSyncFile(root, path))?.digest !== expected) return false
    await rename(temporary, target)
  } finally {
    await rm(temporary, { force: true })
  }
  await syncDirectory(dirname(target))
  return true
}

/** What a killed process leaves behind ends so. */
export const TEMPORARY_SUFFIX = '.breath-tmp'

async function writeSynced(file: FileHandle, text: string): Promise<void> {
  try {
    await file.writeFile(text)
    await file.sync()
  } finally {
    await file.close()
  }
}
