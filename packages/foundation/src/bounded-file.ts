import { constants } from 'node:fs'
import { open } from 'node:fs/promises'

/**
 * The bytes of a regular file of at most `maxBytes`: nothing is allocated for more, and no pipe or device is waited for.
 * Throws the error of the system, EFBIG for too many bytes, EINVAL for what is no file.
 */
export async function readBoundedFile(path: string, maxBytes: number): Promise<Buffer> {
  await using file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK)
  const found = await file.stat()
  if (!found.isFile()) throw Object.assign(new Error('not a regular file'), { code: 'EINVAL' })
  if (found.size > maxBytes)
    throw Object.assign(new Error(`${found.size} bytes, more than ${maxBytes}`), { code: 'EFBIG' })
  return await file.readFile()
}
