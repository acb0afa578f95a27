import { type FileHandle, open } from 'node:fs/promises'
import { errorCode } from '@montana/foundation'

/** Where SQLite keeps `PRAGMA user_version` on the first page of a database. */
const USER_VERSION_AT = 60
const LOG_HEADER_BYTES = 32
const FRAME_HEADER_BYTES = 24

/**
 * The schema of a store as its next reader will find it; 0 where there is none. Only its bytes are read: opening a database
 * of a user of less rights as root leaves files that he cannot write.
 */
export async function storeSchema(database: string): Promise<number> {
  return (await schemaInLog(`${database}-wal`)) ?? (await schemaInDatabase(database)) ?? 0
}

async function schemaInDatabase(file: string): Promise<number | undefined> {
  return await withFile(file, async (handle) => {
    const header = await readAt(handle, USER_VERSION_AT, 4)
    return header?.readUInt32BE()
  })
}

/** Of the newest first page that the write-ahead log has committed: sqlite.org/fileformat2, section 4. */
async function schemaInLog(file: string): Promise<number | undefined> {
  return await withFile(file, async (handle) => {
    const header = await readAt(handle, 0, LOG_HEADER_BYTES)
    if (!header) return undefined
    const frameBytes = FRAME_HEADER_BYTES + header.readUInt32BE(8)
    const salt = header.subarray(16, 24)
    let [written, committed]: (number | undefined)[] = []
    for (let at = LOG_HEADER_BYTES; ; at += frameBytes) {
      const frame = await readAt(handle, at, FRAME_HEADER_BYTES)
      // Frames of an earlier round of the log have another salt.
      if (!frame?.subarray(8, 16).equals(salt)) return committed
      if (frame.readUInt32BE(0) === 1) {
        written = (await readAt(handle, at + FRAME_HEADER_BYTES + USER_VERSION_AT, 4))?.readUInt32BE()
      }
      if (frame.readUInt32BE(4) !== 0) committed = written
    }
  })
}

async function readAt(handle: FileHandle, position: number, length: number): Promise<Buffer | undefined> {
  const { bytesRead, buffer } = await handle.read(Buffer.alloc(length), 0, length, position)
  return bytesRead === length ? buffer : undefined
}

async function withFile<T>(file: string, work: (handle: FileHandle) => Promise<T>): Promise<T | undefined> {
  try {
    await using handle = await open(file, 'r')
    return await work(handle)
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined
    throw error
  }
}
