import type { Hash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { basename } from 'node:path'
import { ConfigError, errorCode } from '@montana/foundation'
import { type PhysicalLine, RECORD_MAX_CHARS } from './joiner.js'

const LF = 0x0a

/**
 * The physical lines of a file in their order, without LF or CR LF, the bytes fed to `hash` on the way. Memory is bound
 * by one record, whatever the file holds. Throws {@link ConfigError} where the file cannot be read.
 */
export async function* physicalLines(path: string, hash: Hash, signal?: AbortSignal): AsyncGenerator<PhysicalLine> {
  const line = new LineBuffer()
  let number = 0
  for await (const chunk of chunksOf(path, signal)) {
    hash.update(chunk)
    for (const text of line.push(chunk)) yield { number: ++number, text }
  }
  if (line.isStarted) yield { number: ++number, text: line.take() }
}

async function* chunksOf(path: string, signal?: AbortSignal): AsyncGenerator<Buffer> {
  try {
    for await (const chunk of createReadStream(path, { signal })) yield chunk as Buffer
  } catch (error) {
    if (signal?.aborted) throw error
    const message = `${basename(path)} cannot be read: ${errorCode(error)}`
    throw new ConfigError(message, { field: 'file', remedy: 'name a soak file that exists and may be read' })
  }
}

class LineBuffer {
  private pieces: Buffer[] = []
  private length = 0

  get isStarted(): boolean {
    return this.length > 0
  }

  /** Yields the lines that this chunk ends. */
  *push(chunk: Buffer): Generator<string | null> {
    let start = 0
    for (let at = chunk.indexOf(LF); at >= 0; at = chunk.indexOf(LF, start)) {
      this.add(chunk.subarray(start, at))
      yield this.take()
      start = at + 1
    }
    this.add(chunk.subarray(start))
  }

  /** Null for a line that no record can have. */
  take(): string | null {
    const text = this.length > RECORD_MAX_CHARS ? null : Buffer.concat(this.pieces).toString('utf8')
    this.pieces = []
    this.length = 0
    return text?.replace(/\r$/, '') ?? null
  }

  private add(piece: Buffer): void {
    this.length += piece.length
    if (this.length > RECORD_MAX_CHARS) this.pieces = []
    else if (piece.length > 0) this.pieces.push(piece)
  }
}
