import { constants } from 'node:fs'
import { type FileHandle, open, readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'

const { O_NOFOLLOW, O_NONBLOCK, O_RDONLY } = constants

/**
 * What root has made in a folder of a service belongs to the service: by hand a sync is run with sudo, and the job that
 * follows must be able to write. Nothing is followed that the service could have put there, and nothing of a second name.
 */
export async function giveToOwner(folder: string): Promise<void> {
  if (process.getuid?.() !== 0) return
  const { uid, gid } = await stat(folder)
  if (uid === 0) return
  for (const name of await readdir(folder)) await giveEntry(join(folder, name), uid, gid)
}

async function giveEntry(path: string, uid: number, gid: number): Promise<void> {
  const handle = await open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK).catch(() => undefined)
  try {
    if (handle && (await isOursAlone(handle))) await handle.chown(uid, gid)
  } finally {
    await handle?.close()
  }
}

async function isOursAlone(handle: FileHandle): Promise<boolean> {
  const found = await handle.stat()
  return found.uid === 0 && (found.isDirectory() || (found.isFile() && found.nlink === 1))
}
