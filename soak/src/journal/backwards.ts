import { constants } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import { errorCode } from '@montana/foundation'

const CHUNK_BYTES = 65_536
const LF = 0x0a

/** Opens for reading, undefined where there is no file; never waits for the other end of a pipe. */
export async function openToRead(path: string): Promise<FileHandle | undefined> {
  try {
    return await open(path, constants.O_RDONLY | constants.O_NONBLOCK)
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined
    throw error
  }
}

/**
 * The pieces of a file between line feeds, last first, without the LF. The first piece is what stands after the last LF:
 * empty in a file that ends well.
 */
export async function* piecesBackwards(handle: FileHandle): AsyncGenerator<Buffer> {
  let end = (await handle.stat()).size
  let rest: Buffer[] = []
  while (end > 0) {
    const start = Math.max(0, end - CHUNK_BYTES)
    let chunk = await readExactly(handle, start, end - start)
    end = start
    for (let at = chunk.lastIndexOf(LF); at >= 0; at = chunk.lastIndexOf(LF)) {
      yield Buffer.concat([chunk.subarray(at + 1), ...rest])
      rest = []
      chunk = chunk.subarray(0, at)
    }
    rest.unshift(chunk)
  }
  yield Buffer.concat(rest)
}

/** The first line, undefined where there is no LF within `limit` bytes. */
export async function firstLine(handle: FileHandle, limit: number): Promise<Buffer | undefined> {
  const size = Math.min(limit, (await handle.stat()).size)
  const start = await readExactly(handle, 0, size)
  const end = start.indexOf(LF)
  return end < 0 ? undefined : start.subarray(0, end)
}

async function readExactly(handle: FileHandle, position: number, length: number): Promise<Buffer> {
  const buffer = Buffer.alloc(length)
  let filled = 0
  while (filled < length) {
    const { bytesRead } = await handle.read(buffer, filled, length - filled, position + filled)
    if (bytesRead === 0) break
    filled += bytesRead
  }
  return buffer.subarray(0, filled)
}
