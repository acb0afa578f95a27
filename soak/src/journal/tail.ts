import { openToRead, piecesBackwards } from './backwards.js'
import { parseLine, pollKey } from './line.js'
import { listSegmentFiles } from './segments.js'

/** Complete lines without LF, newest first, from the soak file back into what was rotated out of it. */
export async function* linesBackwards(log: string): AsyncGenerator<Buffer> {
  yield* fileBackwards(log)
  for (const segment of (await listSegmentFiles(log)).toReversed()) yield* fileBackwards(segment)
}

async function* fileBackwards(path: string): AsyncGenerator<Buffer> {
  const handle = await openToRead(path)
  if (!handle) return
  try {
    const pieces = piecesBackwards(handle)
    // What stands after the last LF is no line.
    await pieces.next()
    yield* pieces
  } finally {
    await handle.close()
  }
}

/**
 * The polls that a run has already, back to a time. After a crash, where the spool could not be emptied, or where a line
 * was written whole although the disk reported a fault, some of what waits in the spool is among them.
 */
export async function pollsSince(log: string, sinceMs: number): Promise<ReadonlySet<string>> {
  const keys = new Set<string>()
  for await (const bytes of linesBackwards(log)) {
    const line = parseLine(bytes)
    if (line && !line.late && Date.parse(line.ts) < sinceMs) break
    if (line) keys.add(pollKey(line))
  }
  return keys
}
