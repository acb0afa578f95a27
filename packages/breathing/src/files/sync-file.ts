import { createHash } from 'node:crypto'
import { constants, type Stats } from 'node:fs'
import { type FileHandle, lstat, open, realpath } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { errorCode } from '@montana/foundation'
import { FILE_BYTES_MAX } from '../constants.js'
import { foreign, tooLarge } from '../git/read-tree.js'

export interface DiskFile {
  readonly bytes: Buffer
  /** SHA-256, lower hex. */
  readonly digest: string
  /** Permission bits. */
  readonly mode: number
}

const PERMISSIONS = 0o777

/**
 * A synced file as it lies on disk; undefined when it is not there. Throws BreathError `PATH_FOREIGN` for anything but
 * a regular file inside `root` (a link could lead anywhere), `TOO_LARGE` before it is read.
 */
export async function readSyncFile(root: string, path: string): Promise<DiskFile | undefined> {
  if (!(await isInside(root, path))) return undefined
  const file = await openRegular(root, path)
  if (file === undefined) return undefined
  try {
    const found = await file.stat()
    checkFile(path, found)
    const bytes = await file.readFile()
    if (bytes.length > FILE_BYTES_MAX) throw tooLarge(path, bytes.length)
    return { bytes, digest: digestOf(bytes), mode: found.mode & PERMISSIONS }
  } finally {
    await file.close()
  }
}

export function digestOf(bytes: Uint8Array | string): string {
  return createHash('sha256').update(bytes).digest('hex')
}

function checkFile(path: string, found: Stats): void {
  if (!found.isFile()) throw foreign(path, 'is not a regular file')
  if (found.size > FILE_BYTES_MAX) throw tooLarge(path, found.size)
}

/** Whether the folder of the file is there; throws when it leads out of `root`. */
async function isInside(root: string, path: string): Promise<boolean> {
  try {
    const folder = join(await realpath(root), dirname(path))
    if ((await realpath(folder)) !== folder) throw foreign(path, 'lies behind a link')
    return true
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return false
    throw error
  }
}

async function openRegular(root: string, path: string): Promise<FileHandle | undefined> {
  try {
    return await open(join(root, path), constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK)
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined
    if (errorCode(error) === 'ELOOP') throw foreign(path, 'is a link')
    throw error
  }
}

/** Changes whenever the file does: for a cheap look. */
export async function looksLike(root: string, path: string): Promise<string> {
  return await lstat(join(root, path), { bigint: true }).then(
    ({ ino, size, mtimeNs, ctimeNs }) => [ino, size, mtimeNs, ctimeNs].join(' '),
    () => 'missing',
  )
}
