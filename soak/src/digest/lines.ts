import { STATUS_MAX_BYTES } from '../constants.js'

/** A longer line is no log line, and would have to be held whole. */
export const LINE_MAX_BYTES = STATUS_MAX_BYTES
const LF = 10

/** A line without its LF, or undefined for one that was too long. */
export type ReadLine = string | undefined

/** The lines of a stream, in batches; invalid UTF-8 becomes U+FFFD. Holds at most one line and one chunk. */
export async function* readLines(source: AsyncIterable<Buffer>): AsyncGenerator<ReadLine[]> {
  const partial = new PartialLine()
  for await (const chunk of source) {
    const lines: ReadLine[] = []
    let start = 0
    for (let end = chunk.indexOf(LF); end !== -1; end = chunk.indexOf(LF, start)) {
      lines.push(partial.end(chunk.subarray(start, end)))
      start = end + 1
    }
    partial.append(chunk.subarray(start))
    yield lines
  }
  if (!partial.isEmpty) yield [partial.end(Buffer.alloc(0))]
}

class PartialLine {
  #parts: Buffer[] = []
  #bytes = 0

  get isEmpty(): boolean {
    return this.#bytes === 0
  }

  append(part: Buffer): void {
    this.#bytes += part.length
    if (this.#bytes > LINE_MAX_BYTES) this.#parts = []
    else this.#parts.push(part)
  }

  end(part: Buffer): ReadLine {
    this.append(part)
    const line = this.#bytes > LINE_MAX_BYTES ? undefined : Buffer.concat(this.#parts).toString('utf8')
    this.#parts = []
    this.#bytes = 0
    return line
  }
}
