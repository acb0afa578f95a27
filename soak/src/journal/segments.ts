import { readdir, readFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { errorCode } from '@montana/foundation'
import { z } from 'zod'
import * as shape from '../probe/shapes.js'
import { parseSegmentName } from './segment-name.js'

const { count, hex32, text, time } = shape

const segmentSchema = z.object({
  /** Name without folder. */
  file: text,
  first_seq: count,
  last_seq: count,
  first_ts: time,
  last_ts: time,
  lines: count,
  bytes: count,
  sha256: hex32,
  /** Hash of the last line without LF: the `prev` of what follows. */
  last_sha256: hex32,
  /** When retention took the file away; null while it is there. */
  removed_at: time.nullable(),
})

/** `montana.segments/1`, the index of rotated files, oldest first: spec operations 3.5. */
const indexSchema = z.object({ schema: z.literal('montana.segments/1'), segments: z.array(segmentSchema) })

export type Segment = z.infer<typeof segmentSchema>

export function segmentsText(segments: readonly Segment[]): string {
  return `${JSON.stringify({ schema: 'montana.segments/1', segments }, null, 1)}\n`
}

/** Empty where there is no index, undefined where it cannot be understood. Throws the error of the file system. */
export async function readSegments(path: string): Promise<readonly Segment[] | undefined> {
  try {
    return indexSchema.parse(JSON.parse(await readFile(path, 'utf8'))).segments
  } catch (error) {
    if (isAbsent(error)) return []
    if (error instanceof SyntaxError || error instanceof z.ZodError) return undefined
    throw error
  }
}

/** Rotated files beside a soak file, by what their names say, oldest first. Empty where there is no such folder. */
export async function listSegmentFiles(log: string): Promise<readonly string[]> {
  const found = (await readFolder(dirname(log))).flatMap((name) => {
    const path = join(dirname(log), name)
    const parsed = parseSegmentName(path)
    return parsed && basename(parsed.log) === basename(log) ? [{ path, firstSeq: parsed.firstSeq }] : []
  })
  return found.sort((a, b) => a.firstSeq - b.firstSeq).map(({ path }) => path)
}

async function readFolder(folder: string): Promise<string[]> {
  try {
    return await readdir(folder)
  } catch (error) {
    if (isAbsent(error)) return []
    throw error
  }
}

/** There is no such file, or no such folder that it could be in. */
export function isAbsent(error: unknown): boolean {
  return ['ENOENT', 'ENOTDIR'].includes(errorCode(error))
}
