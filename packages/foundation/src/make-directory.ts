import { mkdir, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { errorCode } from './errors.js'

/**
 * Makes `path` and what is missing above it. Not by the recursion of `mkdir`, which never ends, nor can be interrupted,
 * where a file system refuses new names with ENOENT, as /proc does. Throws the error of the system.
 */
export async function makeDirectory(path: string, mode = 0o777): Promise<void> {
  const parent = dirname(path)
  if (parent !== path && !(await isDirectory(parent))) await makeDirectory(parent, mode)
  await mkdir(path, mode).catch(async (error: unknown) => {
    if (errorCode(error) !== 'EEXIST' || !(await isDirectory(path))) throw error
  })
}

async function isDirectory(path: string): Promise<boolean> {
  return await stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  )
}
