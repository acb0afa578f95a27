import { open } from 'node:fs/promises'
import { dirname } from 'node:path'
import { ConfigError, errorCode, syncDirectory } from '@montana/foundation'

export const SECRET_MODE = 0o600
export const PUBLIC_MODE = 0o644

/** Writes a file that must not be there yet, durably. Throws ConfigError (78). */
export async function writeNewFile(path: string, data: string | Uint8Array, mode: number): Promise<void> {
  try {
    await using file = await open(path, 'wx', mode)
    await file.writeFile(data)
    await file.sync()
  } catch (cause) {
    const isThere = errorCode(cause) === 'EEXIST'
    const reason = isThere ? 'exists already, and is never replaced' : `cannot be written (${errorCode(cause)})`
    const remedy = 'name a new file in a directory that you may write'
    throw new ConfigError(`${path} ${reason}`, { code: isThere ? 'FILE_EXISTS' : 'FILE_WRITE', remedy, cause })
  }
  await syncDirectory(dirname(path))
}
