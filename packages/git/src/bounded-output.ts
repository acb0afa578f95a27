import type { Readable } from 'node:stream'

/** Keeps a stream up to a number of bytes; what exceeds it calls back, and nothing is kept any more. */
export class BoundedOutput {
  readonly #chunks: Buffer[] = []
  #size = 0

  constructor(stream: Readable, maxBytes: number, onTooLong: () => void) {
    stream.on('data', (chunk: Buffer) => {
      this.#size += chunk.length
      if (this.#size <= maxBytes) this.#chunks.push(chunk)
      else onTooLong()
    })
  }

  bytes(): Buffer {
    return Buffer.concat(this.#chunks)
  }
}
