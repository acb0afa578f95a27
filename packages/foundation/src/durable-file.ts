import { randomUUID } from 'node:crypto'
import { type FileHandle, open, rename, rm } from 'node:fs/promises'
import { dirname } from 'node:path'

/** Replaces `path` in one step that survives power loss: write temp, fdatasync, rename, fsync of the directory. */
export async function writeFileDurably(path: string, data: string | Uint8Array, mode = 0o644): Promise<void> {
  const temporary = `${path}.${process.pid}.${randomUUID().slice(0, 8)}.tmp`
  try {
    await withFile(await open(temporary, 'wx', mode), async (file) => {
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
