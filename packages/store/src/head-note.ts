import { hash } from 'node:crypto'
import { closeSync, constants, openSync, readFileSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { bytesEqual, errorCode } from '@montana/foundation'
import { HEAD_NOTE_FILE } from './constants.js'

/** What the store last acknowledged. */
export interface HeadNote {
  /** Transactions that were acknowledged since the store was made. */
  readonly sequence: number
  /** The head after the last of them, −1 before there is one. */
  readonly window: number
}

const MAGIC = Buffer.from('mthead1\0', 'latin1')
const BODY_BYTES = 24
/** One write of less than a disk sector, always at the same place: it is there whole or not at all. */
const NOTE_BYTES = 56

/**
 * A note beside the database of how far it has come. SQLite takes a damaged frame of its write-ahead log for the end of the
 * log and drops whatever follows, which looks like an older store: the note tells the two apart. It is written after the
 * transaction is durable and is not synchronised itself: it can be late, never early, so a note that is ahead of the
 * database always means that acknowledged writes are gone. After a power cut it proves what the system had written back.
 */
export class HeadNoteFile {
  #fd: number | undefined

  constructor(dir: string) {
    this.#fd = openSync(join(dir, HEAD_NOTE_FILE), constants.O_RDWR | constants.O_CREAT, 0o644)
  }

  /** A disk that refuses this write loses a warning, not a window. */
  write(note: HeadNote): void {
    if (this.#fd === undefined) return
    try {
      writeSync(this.#fd, encodeHeadNote(note), 0, NOTE_BYTES, 0)
    } catch {
      // The transaction before it is durable and must not look failed.
    }
  }

  close(): void {
    if (this.#fd !== undefined) closeSync(this.#fd)
    this.#fd = undefined
  }
}

export function encodeHeadNote({ sequence, window }: HeadNote): Uint8Array {
  const bytes = Buffer.alloc(NOTE_BYTES)
  MAGIC.copy(bytes)
  bytes.writeBigUInt64LE(BigInt(sequence), 8)
  bytes.writeBigInt64LE(BigInt(window), 16)
  hash('sha256', bytes.subarray(0, BODY_BYTES), 'buffer').copy(bytes, BODY_BYTES)
  return bytes
}

/** `missing` where there is no file, `damaged` where its bytes are none that a store wrote. */
export function readHeadNote(dir: string): HeadNote | 'missing' | 'damaged' {
  try {
    const bytes = readFileSync(join(dir, HEAD_NOTE_FILE))
    // An empty one was just made, before the first transaction.
    if (bytes.length === 0) return 'missing'
    return decodeHeadNote(bytes) ?? 'damaged'
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return 'missing'
    throw error
  }
}

function decodeHeadNote(bytes: Buffer): HeadNote | undefined {
  if (bytes.length !== NOTE_BYTES || !bytesEqual(bytes.subarray(0, MAGIC.length), MAGIC)) return undefined
  const digest = hash('sha256', bytes.subarray(0, BODY_BYTES), 'buffer')
  if (!bytesEqual(digest, bytes.subarray(BODY_BYTES))) return undefined
  return { sequence: Number(bytes.readBigUInt64LE(8)), window: Number(bytes.readBigInt64LE(16)) }
}
