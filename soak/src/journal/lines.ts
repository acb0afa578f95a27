import { createReadStream } from 'node:fs'
import type { FileHandle } from 'node:fs/promises'
import { Readable } from 'node:stream'

/** No record reaches this; a longer line is passed over without being held in memory. */
export const LINE_MAX_BYTES = 2 ** 20
/** Some hundred lines at a time; no special reason for this number. */
const CHUNK_BYTES = 2 ** 18
const LF = 0x0a

export interface LineBatch {
  /** As read from the disk, for a hash over the whole file. */
  readonly chunk: Buffer
  /** Lines that end in this chunk, without LF; undefined for one beyond {@link LINE_MAX_BYTES}. Valid until the next batch. */
  readonly lines: readonly (Buffer | undefined)[]
  /** Bytes so far after the last LF. */
  readonly restBytes: number
}

/** A file as it was at one moment: what is appended later is not read, and what is renamed is read all the same. */
export interface OpenFile {
  /** Closed by whoever reads it to its end, or gives up. */
  readonly handle: FileHandle
  readonly bytes: number
}

/** Streams the lines of a file in bounded memory. Throws the error of the file system, or AbortError. */
export async function* lineBatches(file: string | OpenFile, signal?: AbortSignal): AsyncGenerator<LineBatch> {
  const splitter = new Splitter()
  const stream = openStream(file, signal)
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    yield { chunk, lines: splitter.push(chunk), restBytes: splitter.restBytes }
  }
}

function openStream(file: string | OpenFile, signal: AbortSignal | undefined): Readable {
  const options = { highWaterMark: CHUNK_BYTES, signal }
  if (typeof file === 'string') return createReadStream(file, options)
  if (file.bytes === 0) return Readable.from([])
  return createReadStream('', { ...options, fd: file.handle, start: 0, end: file.bytes - 1 })
}

class Splitter {
  #rest: Buffer[] = []
  restBytes = 0

  push(chunk: Buffer): (Buffer | undefined)[] {
    const lines: (Buffer | undefined)[] = []
    let start = 0
    for (let end = chunk.indexOf(LF); end >= 0; end = chunk.indexOf(LF, start)) {
      lines.push(this.#take(chunk.subarray(start, end)))
      start = end + 1
    }
    this.#keep(chunk.subarray(start))
    return lines
  }

  #take(end: Buffer): Buffer | undefined {
    const isTooLong = this.restBytes + end.length > LINE_MAX_BYTES
    const line = isTooLong ? undefined : this.#rest.length === 0 ? end : Buffer.concat([...this.#rest, end])
    this.#rest = []
    this.restBytes = 0
    return line
  }

  #keep(piece: Buffer): void {
    this.restBytes += piece.length
    if (this.restBytes > LINE_MAX_BYTES) this.#rest = []
    else if (piece.length > 0) this.#rest.push(piece)
  }
}
