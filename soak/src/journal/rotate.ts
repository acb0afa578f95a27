import { stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { errorCode } from '@montana/foundation'
import { DAY_MS } from '../constants.js'
import { toFileError } from '../errors.js'
import { moveTorn } from './append.js'
import type { Continuation } from './continue.js'
import type { JournalFiles, JournalPaths } from './files.js'
import type { JournalState } from './journal.js'
import { scanSegment } from './scan.js'
import { segmentPath } from './segment-name.js'
import { listSegmentFiles, readSegments, type Segment, segmentsText } from './segments.js'

export interface RotationLimits {
  /** The soak file never grows beyond this by a further line. */
  readonly rotateBytes: number
  readonly retentionDays: number
}

/** At midnight UTC, by the time of the next record, or before the file gets too long: spec operations 3.5. Pure. */
export function isRotationDue(state: JournalState, line: { tsMs: number; bytes: number }, limit: number): boolean {
  const { oldest, bytes } = state
  if (!oldest || bytes === 0) return false
  return Math.floor(line.tsMs / DAY_MS) > Math.floor(oldest.tsMs / DAY_MS) || bytes + line.bytes > limit
}

/**
 * Moves the soak file away; the chain goes on in a new one. Whatever step a crash comes after, the next poll finds a run
 * that goes on: a rotated file that is not in the index yet is entered then, and a file that retention has given up is
 * marked before it is removed. Needs the lock. Throws SOAK_ENOSPC or SOAK_IO.
 */
export async function rotate(paths: JournalPaths, state: JournalState, files: JournalFiles): Promise<JournalState> {
  const { oldest } = state
  if (!oldest) return state
  const target = segmentPath(paths.log, oldest.tsMs, oldest.seq)
  // A file of this name is somebody's copy; to replace it would lose it.
  if (await exists(target)) return state
  try {
    if (state.torn.length > 0) await moveTorn(paths, state)
    await files.rename(paths.log, target)
  } catch (error) {
    throw toFileError(error, paths.log)
  }
  return { ...state, bytes: 0, torn: new Uint8Array(), oldest: undefined }
}

/** Enters what was rotated, and lets go of what is too old. Needs the lock. Throws SOAK_ENOSPC or SOAK_IO. */
export async function indexSegments(
  paths: JournalPaths,
  next: Continuation,
  retentionDays: number,
  files: JournalFiles,
): Promise<void> {
  try {
    const before = (await readSegments(paths.segments)) ?? []
    const segments = expire([...before, ...(await newSegments(paths, before, next))], retentionDays)
    if (segmentsText(segments) !== segmentsText(before)) await files.replace(paths.segments, segmentsText(segments))
    await removeExpired(paths, segments, files)
  } catch (error) {
    throw toFileError(error, paths.log)
  }
}

async function newSegments(paths: JournalPaths, before: readonly Segment[], next: Continuation): Promise<Segment[]> {
  const known = new Set(before.map(({ file }) => file))
  const found = (await listSegmentFiles(paths.log)).filter((path) => !known.has(basename(path)))
  const scanned = await Promise.all(found.map(scanSegment))
  const lastSeq = before.at(-1)?.last_seq ?? -1
  const fresh = scanned.filter((segment) => segment !== undefined).filter(({ first_seq }) => first_seq > lastSeq)
  return fresh.map((segment, index) => (index === fresh.length - 1 ? asAcknowledged(segment, next) : segment))
}

/** The newest ends with what was acknowledged; where the file itself differs, it was changed, and that stays visible. */
function asAcknowledged(segment: Segment, { seq, prev }: Continuation): Segment {
  return { ...segment, last_seq: seq - 1, last_sha256: prev }
}

/**
 * Marks the oldest that ended before the retention. Counted from the end of the newest, not from the wall clock: a clock
 * that is years ahead must not cost a file. Pure.
 */
export function expire(segments: readonly Segment[], retentionDays: number): readonly Segment[] {
  const newest = segments.at(-1)
  if (!newest) return segments
  const limitMs = Date.parse(newest.last_ts) - retentionDays * DAY_MS
  const kept = segments.findIndex(({ last_ts }) => Date.parse(last_ts) >= limitMs)
  return segments.map((segment, index) =>
    index < kept && segment.removed_at === null ? { ...segment, removed_at: newest.last_ts } : segment,
  )
}

async function removeExpired(paths: JournalPaths, segments: readonly Segment[], files: JournalFiles): Promise<void> {
  const there = new Set((await listSegmentFiles(paths.log)).map((path) => basename(path)))
  const gone = segments.filter(({ removed_at, file }) => removed_at !== null && there.has(file))
  for (const { file } of gone) await files.remove(join(dirname(paths.log), file))
}

async function exists(path: string): Promise<boolean> {
  try {
    await stat(path)
    return true
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return false
    throw error
  }
}
