import { createHash } from 'node:crypto'
import { basename } from 'node:path'
import { type Line, lineHash, parseLine } from './line.js'
import { lineBatches } from './lines.js'
import type { Segment } from './segments.js'

/** Reads a rotated file for its entry in the index; undefined where there is no record in it. Throws as reading does. */
export async function scanSegment(path: string): Promise<Segment | undefined> {
  const hash = createHash('sha256')
  const seen: Seen = { first: undefined, last: undefined, afterLast: 0, lines: 0, bytes: 0, lastSha256: '' }
  for await (const { chunk, lines } of lineBatches(path)) {
    hash.update(chunk)
    seen.bytes += chunk.length
    for (const line of lines) note(seen, line)
  }
  return entry(basename(path), seen, hash.digest('hex'))
}

interface Seen {
  first: Line | undefined
  last: Line | undefined
  /** Lines behind the last record. */
  afterLast: number
  lines: number
  bytes: number
  lastSha256: string
}

function note(seen: Seen, bytes: Buffer | undefined): void {
  const line = bytes && parseLine(bytes)
  seen.lines++
  seen.first ??= line
  seen.afterLast = line ? 0 : seen.afterLast + 1
  seen.last = line ?? seen.last
  seen.lastSha256 = bytes ? lineHash(bytes) : ''
}

function entry(file: string, seen: Seen, sha256: string): Segment | undefined {
  const { first, last, afterLast, lines, bytes, lastSha256 } = seen
  if (!first || !last) return undefined
  return {
    file,
    ...{ first_seq: first.seq, last_seq: last.seq + afterLast, first_ts: first.ts, last_ts: last.ts },
    ...{ lines, bytes, sha256, last_sha256: lastSha256, removed_at: null },
  }
}
