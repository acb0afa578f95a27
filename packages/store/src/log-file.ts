import { closeSync, constants, existsSync, fsyncSync, openSync, readSync, writeSync } from 'node:fs'
import { errorCode } from '@montana/foundation'

const BLOCK_BYTES = 2 ** 20
/** sqlite.org/fileformat2.html, 4.1: big-endian, its last bit is the byte order of the checksums; the page size follows. */
const MAGIC = 0x377f0682
const HEADER_BYTES = 32
const PAGE_SIZE_AT = 8
const [LEAST_PAGE_BYTES, MOST_PAGE_BYTES] = [512, 65_536]

/**
 * Whether the file is a log with something in it, as SQLite sees it. It takes any other for an empty one, but a connection that
 * may not write beside an old `-shm` asks again for ten seconds and gives up (SQLITE_PROTOCOL). Such is what a kill leaves between
 * the header of the log and its first frame, or a loss of power: at the first transaction after a clean stop.
 */
export function isLog(path: string): boolean {
  const header = beginningOf(path)
  if (header.length <= HEADER_BYTES) return false
  const pageBytes = header.readUInt32BE(PAGE_SIZE_AT)
  const isPage = pageBytes >= LEAST_PAGE_BYTES && pageBytes <= MOST_PAGE_BYTES && Number.isInteger(Math.log2(pageBytes))
  return isPage && (header.readUInt32BE(0) & ~1) === MAGIC
}

/** The header and a byte more. A writer that stops in order may take the file away meanwhile. */
function beginningOf(path: string): Buffer {
  const header = Buffer.alloc(HEADER_BYTES + 1)
  try {
    const descriptor = openSync(path, constants.O_RDONLY)
    try {
      return header.subarray(0, readSync(descriptor, header))
    } finally {
      closeSync(descriptor)
    }
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return Buffer.alloc(0)
    throw error
  }
}

/**
 * Makes durable what an earlier process left in the log, before this one shows, sends or notes anything of it. That process may have
 * been killed between the write of a transaction and its fsync; or its fsync failed, and then the system takes the pages for
 * clean and a second fsync would succeed without writing them. So every byte is written again, at its place, as it is. SQLite
 * takes what it finds in a log for durable (spec protocol 16.1). The log has no locks that closing it could drop.
 */
export function settleLog(path: string): void {
  if (!existsSync(path)) return
  const descriptor = openSync(path, constants.O_RDWR)
  try {
    writeAgain(descriptor)
    fsyncSync(descriptor)
  } finally {
    closeSync(descriptor)
  }
}

function writeAgain(descriptor: number): void {
  const block = Buffer.alloc(BLOCK_BYTES)
  for (let at = 0, read = -1; read !== 0; at += read) {
    read = readSync(descriptor, block, 0, BLOCK_BYTES, at)
    for (let done = 0; done < read; ) done += writeSync(descriptor, block, done, read - done, at + done)
  }
}
