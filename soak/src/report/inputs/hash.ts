import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'

export interface FileFacts {
  /** Lower hex. */
  readonly sha256: string
  /** Line feeds in it. */
  readonly lines: number
}

const LF = 0x0a

/** Streams a file once. */
export async function fileFacts(path: string): Promise<FileFacts> {
  const hash = createHash('sha256')
  let lines = 0
  for await (const chunk of createReadStream(path) as AsyncIterable<Buffer>) {
    hash.update(chunk)
    for (let at = chunk.indexOf(LF); at >= 0; at = chunk.indexOf(LF, at + 1)) lines++
  }
  return { sha256: hash.digest('hex'), lines }
}
