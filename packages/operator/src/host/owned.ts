import { randomUUID } from 'node:crypto'
import { lstat, open, readFile, rename, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import { errorCode, syncDirectory } from '@montana/foundation'
import type { Ids } from './accounts.js'

export interface Ownership extends Ids {
  readonly mode: number
}

/** Mode bits that chmod sets. */
const MODE_BITS = 0o7777

/** `undefined` where nothing is there; a link is not followed. */
export async function find(path: string) {
  return await lstat(path).catch((error: unknown) => {
    if (errorCode(error) === 'ENOENT') return undefined
    throw error
  })
}

export async function readIfThere(path: string): Promise<Uint8Array | undefined> {
  return await readFile(path).catch((error: unknown) => {
    if (errorCode(error) === 'ENOENT') return undefined
    throw error
  })
}

/** As in {@link writeFileDurably}; mode and owner are right before the name is. Spec operations 10, UMask. */
export async function writeOwned(path: string, data: string | Uint8Array, owner: Ownership): Promise<void> {
  const temporary = `${path}.${randomUUID().slice(0, 8)}.tmp`
  try {
    await using file = await open(temporary, 'wx', owner.mode)
    await file.writeFile(data)
    await file.chmod(owner.mode)
    await file.chown(owner.uid, owner.gid)
    await file.datasync()
    await rename(temporary, path)
  } catch (error) {
    await rm(temporary, { force: true })
    throw error
  }
  await syncDirectory(dirname(path))
}

/** In which way what was found differs from what is wanted; undefined if it does not. */
export function ownershipFault(found: Ids & { readonly mode: number }, wanted: Ownership): string | undefined {
  const mode = found.mode & MODE_BITS
  if (mode !== wanted.mode) return `has mode ${octal(mode)}, not ${octal(wanted.mode)}`
  if (found.uid === wanted.uid && found.gid === wanted.gid) return undefined
  return `belongs to ${found.uid}:${found.gid}, not ${wanted.uid}:${wanted.gid}`
}

export function octal(mode: number): string {
  return mode.toString(8).padStart(4, '0')
}
