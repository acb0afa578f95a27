import { BundleError } from '../verifier/verifier.js'

/** Reads a stream of chunks in pieces of the reader's own size. */
export class ChunkReader {
  readonly #source: AsyncIterator<Buffer>
  #rest: Buffer = Buffer.alloc(0)

  constructor(chunks: AsyncIterable<Buffer>) {
    this.#source = chunks[Symbol.asyncIterator]()
  }

  /** So many bytes in one piece. Throws BundleError where the stream ends before. */
  async exactly(length: number): Promise<Buffer> {
    const parts: Buffer[] = []
    for await (const part of this.next(length)) parts.push(part)
    return parts.length === 1 && parts[0] ? parts[0] : Buffer.concat(parts)
  }

  /** So many bytes as they come. */
  async *next(length: number): AsyncGenerator<Buffer> {
    for (let left = length; left > 0; ) {
      if (this.#rest.length === 0) this.#rest = await this.#more()
      const part = this.#rest.subarray(0, left)
      this.#rest = this.#rest.subarray(part.length)
      left -= part.length
      yield part
    }
  }

  /** Drops what is left, so that whoever feeds the stream can end. */
  async toEnd(): Promise<void> {
    while (!(await this.#source.next()).done) this.#rest = Buffer.alloc(0)
  }

  async #more(): Promise<Buffer> {
    const { done, value } = await this.#source.next()
    if (done) throw new BundleError('the archive is cut off')
    return value
  }
}
