import { type FileHandle, stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import type { ConfigError } from '@montana/foundation'
import { FIRST_PREV } from '../constants.js'
import { unreadableFile } from '../errors.js'
import { openToRead } from '../journal/backwards.js'
import { journalPaths } from '../journal/files.js'
import { readHead } from '../journal/head.js'
import type { OpenFile } from '../journal/lines.js'
import { parseSegmentName } from '../journal/segment-name.js'
import { isAbsent, listSegmentFiles, readSegments, type Segment } from '../journal/segments.js'
import { runPaths } from '../run/files.js'
import type { SoakDefect, SoakNote } from './defect.js'
import type { ExpectedEnd } from './end.js'
import { knownLink, type Link } from './link.js'

/** One file to read, with what is known of its two ends. */
export interface FilePlan {
  /** Undefined for a file that may be absent: everything was just rotated out of it. */
  readonly source: string | OpenFile | undefined
  /** As it is named in what is found. */
  readonly name: string
  /** What stands before its first line; undefined: the last line of the file before it in the plan. */
  readonly start: Link | undefined
  readonly end: ExpectedEnd | undefined
  /** Of the whole file. */
  readonly sha256: string | undefined
  /** Where the file is not there although it should be. */
  readonly missing: SoakDefect | undefined
  readonly notes: readonly SoakNote[]
  /** Its run document or a head that cannot be read is beside it: then its head must be. A file copied alone has neither. */
  readonly isAtHome?: boolean
}

/**
 * Puts files into the order of the run and finds what says how they begin and end: the head beside a soak file, and the
 * index of rotated files. One soak file alone stands for itself and everything that was rotated out of it. Throws
 * ConfigError (exit 78) for a file that is not there.
 */
export async function planFiles(files: readonly string[], headSha256?: string): Promise<readonly FilePlan[]> {
  const single = files.length === 1 ? files[0] : undefined
  const plans = single === undefined || parseSegmentName(single) ? await planEach(files) : await planRun(single)
  if (headSha256 === undefined) return plans
  return plans.map((plan, index) => (index === plans.length - 1 ? withHead(plan, headSha256) : plan))
}

function withHead(plan: FilePlan, sha256: string): FilePlan {
  const seq = plan.end?.sha256 === sha256 ? plan.end.seq : undefined
  return { ...plan, end: { seq, sha256, by: 'head' }, notes: plan.notes.filter(({ kind }) => kind !== 'head_missing') }
}

async function planEach(files: readonly string[]): Promise<readonly FilePlan[]> {
  const plans: FilePlan[] = []
  for (const file of files) plans.push(await planOne(file, files[plans.length - 1]))
  return plans
}

/** A file by itself. It goes on from the file before it where both are of one run. */
async function planOne(file: string, before: string | undefined): Promise<FilePlan> {
  if (!(await exists(file))) throw missingFile(file)
  const name = parseSegmentName(file)
  const log = name?.log ?? file
  const segments = (await readSegments(journalPaths(log).segments)) ?? []
  const at = name ? segments.findIndex((segment) => segment.file === basename(file)) : segments.length
  const previous = segments[at - 1]
  const isContinued = before !== undefined && (!previous || basename(before) === previous.file)
  const start = isContinued ? undefined : startAfter(previous, name?.firstSeq)
  const segment = segments[at]
  if (segment) return { ...segmentPlan(dirname(file), segment), source: file, name: file, start }
  return name ? openPlan(file, file, start) : await planLive(file, start)
}

function startAfter(previous: Segment | undefined, firstSeq = 0): Link {
  if (previous) return knownLink(previous.last_seq, previous.last_sha256)
  return knownLink(firstSeq - 1, firstSeq === 0 ? FIRST_PREV : null)
}

/**
 * A soak file with everything that was rotated out of it. It is opened first: a poll that rotates it meanwhile changes
 * its name, and neither what is read nor what it is compared with.
 */
async function planRun(log: string): Promise<readonly FilePlan[]> {
  const live = await planLive(log)
  const index = await readSegments(journalPaths(log).segments)
  const { found, segments } = await withoutOpen(live, await listSegmentFiles(log), index ?? [])
  if (!live.source && found.length === 0) throw missingFile(log)
  const present = segments.filter(({ removed_at }) => removed_at === null)
  const removed = segments[segments.length - present.length - 1]
  const listed = present.map((segment) => ({
    ...segmentPlan(dirname(log), segment),
    missing: isIn(found, segment.file) ? undefined : missingSegment(segment),
  }))
  const unlisted = found.filter((path) => isUnlisted(path, segments)).map((path) => openPlan(path, basename(path)))
  const [first, ...rest] = [...listed, ...unlisted, live]
  const notes = index ? removedNotes(removed) : [unreadable(log)]
  return first ? [{ ...first, start: startAfter(removed), notes: [...notes, ...first.notes] }, ...rest] : []
}

/** What was rotated after the soak file was opened is that file, under its new name. */
async function withoutOpen({ source }: FilePlan, found: readonly string[], segments: readonly Segment[]) {
  if (typeof source !== 'object') return { found, segments }
  const { ino } = await source.handle.stat()
  const inodes = await Promise.all(found.map(async (path) => (await stat(path)).ino))
  const open = new Set(found.filter((_, index) => inodes[index] === ino).map((path) => basename(path)))
  return {
    found: found.filter((path) => !open.has(basename(path))),
    segments: segments.filter(({ file }) => !open.has(file)),
  }
}

/** Rotated, but a crash came before it was entered. */
function isUnlisted(path: string, segments: readonly Segment[]): boolean {
  const last = segments.at(-1)
  return !last || (parseSegmentName(path)?.firstSeq ?? 0) > last.last_seq
}

function isIn(found: readonly string[], file: string): boolean {
  return found.some((path) => basename(path) === file)
}

function segmentPlan(folder: string, { file, last_seq, last_sha256, sha256 }: Segment): FilePlan {
  const end: ExpectedEnd = { seq: last_seq, sha256: last_sha256, by: 'segment' }
  return { ...openPlan(join(folder, file), file), end, sha256 }
}

function openPlan(path: string, name: string, start?: Link): FilePlan {
  return { source: path, name, start, end: undefined, sha256: undefined, missing: undefined, notes: [] }
}

/** The soak file and its head. The head is read before the length is taken, so that it is never ahead. */
async function planLive(path: string, start?: Link): Promise<FilePlan> {
  const handle = await openRegular(path)
  const head = await readHead(journalPaths(path).head)
  const source = handle && { handle, bytes: (await handle.stat()).size }
  const plan = { ...openPlan(path, path, start), source }
  if (head) return { ...plan, end: { seq: head.seq, sha256: head.sha256, runId: head.run_id, by: 'head' } }
  const isAtHome = (await exists(journalPaths(path).head)) || (await exists(runPaths(path).run))
  return { ...plan, isAtHome, notes: [{ file: path, line: null, seq: null, kind: 'head_missing' }] }
}

/** A pipe or a device is no soak file: it might never end. */
async function openRegular(path: string): Promise<FileHandle | undefined> {
  const handle = await openToRead(path)
  if (!handle || (await handle.stat()).isFile()) return handle
  await handle.close()
  throw unreadableFile(path, 'it is no regular file')
}

async function exists(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isFile()
  } catch (error) {
    if (isAbsent(error)) return false
    throw error
  }
}

function missingFile(file: string): ConfigError {
  return unreadableFile(file, 'there is no such file')
}

function missingSegment({ file, first_seq }: Segment): SoakDefect {
  return { file, line: null, seq: first_seq, kind: 'segment_missing' }
}

function removedNotes(removed: Segment | undefined): SoakNote[] {
  return removed ? [{ file: removed.file, line: null, seq: removed.last_seq, kind: 'segments_removed' }] : []
}

function unreadable(log: string): SoakNote {
  return { file: basename(journalPaths(log).segments), line: null, seq: null, kind: 'index_unreadable' }
}

/** Closes what was opened and not read. */
export async function closePlans(plans: readonly FilePlan[]): Promise<void> {
  for (const { source } of plans) if (typeof source === 'object') await source.handle.close()
}
