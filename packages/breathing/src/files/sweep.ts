import { readdir, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { TEMPORARY_SUFFIX } from './project-file.js'

/** `<name>.<pid>.<8 digits>.tmp`, of a durable write. */
const DURABLE_TEMPORARY = /\.\d+\.[0-9a-f]{8}\.tmp$/

/** Removes what a killed process was about to rename. Call under the lock: no other process writes then. */
export async function sweepTemporaries(folders: readonly string[]): Promise<void> {
  for (const folder of new Set(folders)) {
    for (const name of await readdir(folder).catch(() => [])) {
      const isOurs = name.endsWith(TEMPORARY_SUFFIX) || (folder.endsWith('/base') && DURABLE_TEMPORARY.test(name))
      if (isOurs && (await stat(join(folder, name))).isFile()) await rm(join(folder, name), { force: true })
    }
  }
}
