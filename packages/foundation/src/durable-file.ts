import { randomUUID } from 'node:crypto'
import { type FileHandle, open, rename, rm } from 'node:fs/promises'
import { dirname } from 'node:path'

/**
 * Replaces `path` in one step that survives power loss: write temp, fdatasync, rename, fsync of the directory. A `mode` that
 * is given holds whatever the umask, before the file has its name: spec operations 10.
 */
export async function writeFileDurably(path: string, data: string | Uint8Array, mode?: number): Promise<void> {
  const temporary = `${path}.${process.pid}.${randomUUID().slice(0, 8)}.tmp`
  try {
    await withFile(await open(temporary, 'wx', mode ?? 0o644), async (file) => {
      if (mode !== undefined) await file.chmod(mode)
      await file.writeFile(data)
      await file.datasync()
    })
    await rename(temporary, path)
  } catch (error) {
    await rm(temporary, { force: true })
    throw error
  }
  await syncDirectory(dirname(path))
}

/** Makes a rename or creation inside `path` durable. */
export async function syncDirectory(path: string): Promise<void> {
  await withFile(await open(path, 'r'), (directory) => directory.sync())
}

async function withFile(file: FileHandle, work: (file: FileHandle) => Promise<void>): Promise<void> {
  try {
    await work(file)
  } finally {
    await file.close()
  }
}
