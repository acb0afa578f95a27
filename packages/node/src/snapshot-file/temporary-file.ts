import { randomUUID } from 'node:crypto'
import { type FileHandle, open, readdir, rename, rm, stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { syncDirectory } from '@montana/foundation'

/** A partial file that nobody has written to for this long belongs to a process that is gone: spec protocol 16.2. */
const ABANDONED_AFTER_MS = 60_000

/**
 * Lets `write` fill a file that appears under `path` only when it is whole and durable. What a killed process left behind
 * is removed. Throws what `write` and the system throw; nothing remains then.
 */
export async function writeWhole<T>(path: string, write: (file: FileHandle) => Promise<T>): Promise<T> {
  await removeAbandoned(path)
  const temporary = `${path}.${process.pid}.${randomUUID().slice(0, 8)}.tmp`
  try {
    const result = await filled(temporary, write)
    await rename(temporary, path)
    await syncDirectory(dirname(path))
    return result
  } catch (error) {
    await rm(temporary, { force: true })
    throw error
  }
}

async function filled<T>(path: string, write: (file: FileHandle) => Promise<T>): Promise<T> {
  const file = await open(path, 'wx')
  try {
    const result = await write(file)
    await file.sync()
    return result
  } finally {
    await file.close()
  }
}

async function removeAbandoned(path: string): Promise<void> {
  const dir = dirname(path)
  const names = await readdir(dir)
  for (const name of names.filter((one) => one.startsWith(`${basename(path)}.`) && one.endsWith('.tmp'))) {
    const found = await stat(join(dir, name)).catch(() => undefined)
    if (found && Date.now() - found.mtimeMs > ABANDONED_AFTER_MS) await rm(join(dir, name), { force: true })
  }
}
