import type { Readable } from 'node:stream'

/** Collects a stream up to a number of bytes; what exceeds it calls back and is not kept. */
export class BoundedOutput {
  readonly #chunks: Buffer[] = []
  #size = 0

  constructor(stream: Readable, maxBytes: number, onTooLong: () => void) {
    stream.on('data', (chunk: Buffer) => {
      this.#size += chunk.length
      if (this.#size > maxBytes) onTooLong()
      else this.#chunks.push(chunk)
    })
  }

  bytes(): Buffer {
    return Buffer.concat(this.#chunks)
  }
}
