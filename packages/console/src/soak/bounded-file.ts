import { errorCode, readBoundedFile } from '@montana/foundation'

/** Text of a file of at most `maxBytes`; undefined where there is none, where it is larger, or may not be read. */
export async function readBounded(path: string, maxBytes: number): Promise<string | undefined> {
  try {
    return (await readBoundedFile(path, maxBytes)).toString('utf8')
  } catch (error) {
    if (UNUSABLE.has(errorCode(error))) return undefined
    throw error
  }
}

const UNUSABLE = new Set(['ENOENT', 'ENOTDIR', 'EINVAL', 'EFBIG', 'EACCES', 'EPERM'])
