import type { DigestBuilder } from './builder.js'
import { type ReadLine, readLines } from './lines.js'
import type { LogLine } from './log-line.js'

export interface Feed {
  readonly source: AsyncIterable<Buffer>
  /** Undefined for a line that cannot be read as one of this source. */
  parse(line: string): LogLine | undefined
  readonly builder: DigestBuilder
  /** Lines before this instant, ms since the epoch, do not count. */
  readonly sinceMs: number | undefined
}

/** Adds all lines of a stream; empty ones are nothing, unreadable ones are counted as left out. */
export async function feedLines({ source, parse, builder, sinceMs }: Feed): Promise<void> {
  // A line without a time, such as the rest of a stack trace, is as old as the one before it.
  let timeMs: number | null = null
  for await (const batch of readLines(source)) {
    for (const read of batch) {
      const line = parsed(read, parse)
      if (line === 'empty') continue
      if (line === undefined) {
        builder.drop()
        continue
      }
      timeMs = line.timeMs ?? timeMs
      if (sinceMs === undefined || timeMs === null || timeMs >= sinceMs) builder.add(line)
    }
  }
}

function parsed(read: ReadLine, parse: Feed['parse']): LogLine | 'empty' | undefined {
  if (read === undefined) return undefined
  return read.trim() === '' ? 'empty' : parse(read)
}
