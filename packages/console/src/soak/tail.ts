import { createHash } from 'node:crypto'
import { constants } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import { errorCode } from '@montana/foundation'
import { SOAK_LINE_MAX_BYTES, SOAK_POINTS_MAX, SOAK_TAIL_BYTES } from '../constants.js'
import { ApiError } from '../errors.js'
import { parsePoint, type SoakPoint } from './point.js'

const CHUNK_BYTES = 256 * 1024
const LF = 0x0a

/** The newest records of a soak file that somebody else writes; reads each byte once and changes nothing. */
export class SoakTail {
  readonly #path: string
  #points: SoakPoint[] = []
  #corrupt = 0
  #lastSha256: string | undefined
  #exists = false
  /** File that is being followed, how far it is read, and the unfinished line at that place. */
  #inode = -1
  #offset = 0
  #rest: Buffer[] = []
  #restBytes = 0
  #isSkipping = false
  #running: Promise<void> | undefined

  constructor(path: string) {
    this.#path = path
  }

  get exists(): boolean {
    return this.#exists
  }

  /** Oldest first; all of one run. */
  get points(): readonly SoakPoint[] {
    return this.#points
  }

  get corrupt(): number {
    return this.#corrupt
  }

  /** Of the newest line that is a record, without its LF: head of the chain (spec operations 3.3). */
  get lastSha256(): string | undefined {
    return this.#lastSha256
  }

  /**
   * Takes in what was appended since the last time. Calls that come while one is at work share it. Throws ApiError 503
   * SOAK_UNREADABLE.
   */
  refresh(): Promise<void> {
    this.#running ??= this.#read().finally(() => {
      this.#running = undefined
    })
    return this.#running
  }

  async #read(): Promise<void> {
    const handle = await openToRead(this.#path)
    this.#exists = handle !== undefined
    if (!handle) return
    try {
      const found = await handle.stat()
      if (!found.isFile()) throw unreadable('it is no file')
      const { ino, size } = found
      if (ino !== this.#inode || size < this.#offset) this.#restart(ino, size)
      await this.#readTo(handle, size)
    } finally {
      await handle.close()
    }
  }

  /** Another file, or one that was cut: from the start, or from as far before its end as is kept anyway. */
  #restart(inode: number, size: number): void {
    this.#inode = inode
    this.#offset = Math.max(0, size - SOAK_TAIL_BYTES)
    this.#corrupt = 0
    this.#dropRest()
    this.#isSkipping = this.#offset > 0
  }

  async #readTo(handle: FileHandle, size: number): Promise<void> {
    const buffer = Buffer.alloc(Math.min(CHUNK_BYTES, Math.max(0, size - this.#offset)))
    while (this.#offset < size) {
      const { bytesRead } = await handle.read(buffer, 0, Math.min(buffer.length, size - this.#offset), this.#offset)
      if (bytesRead === 0) return
      this.#offset += bytesRead
      this.#take(Buffer.from(buffer.subarray(0, bytesRead)))
    }
  }

  #take(chunk: Buffer): void {
    let from = 0
    for (let end = chunk.indexOf(LF); end >= 0; end = chunk.indexOf(LF, from)) {
      this.#endLine(chunk.subarray(from, end))
      from = end + 1
    }
    this.#hold(chunk.subarray(from))
  }

  #hold(piece: Buffer): void {
    if (this.#isSkipping) return
    this.#rest.push(piece)
    this.#restBytes += piece.length
    if (this.#restBytes <= SOAK_LINE_MAX_BYTES) return
    this.#corrupt++
    this.#dropRest()
    this.#isSkipping = true
  }

  #endLine(end: Buffer): void {
    if (!this.#isSkipping) this.#add(Buffer.concat([...this.#rest, end]))
    this.#dropRest()
    this.#isSkipping = false
  }

  #dropRest(): void {
    this.#rest = []
    this.#restBytes = 0
  }

  #add(line: Buffer): void {
    const point = parsePoint(line.toString('utf8'))
    if (!point) {
      this.#corrupt++
      return
    }
    const last = this.#points.at(-1)
    // One run at a time: a file that was begun anew replaces what is known of the old one.
    if (last && (last.runId !== point.runId || point.seq <= last.seq)) this.#points = []
    this.#points.push(point)
    if (this.#points.length > SOAK_POINTS_MAX) this.#points.shift()
    this.#lastSha256 = createHash('sha256').update(line).digest('hex')
  }
}

/** Waits for no pipe and no device. */
async function openToRead(path: string): Promise<FileHandle | undefined> {
  try {
    return await open(path, constants.O_RDONLY | constants.O_NONBLOCK)
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined
    throw unreadable(errorCode(error))
  }
}

function unreadable(why: string): ApiError {
  const remedy = 'let the user of the console read it, or name another with --data-dir or --config'
  return new ApiError(503, 'SOAK_UNREADABLE', `the soak file cannot be read: ${why}`, { remedy })
}
