import type { FileHandle } from 'node:fs/promises'
import { readFile, truncate, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { syncDirectory } from '@montana/foundation'
import { MIN_INTERVAL_MS, SPAN_MAX_MS, STATUS_MAX_BYTES } from '../constants.js'
import { toFileError } from '../errors.js'
import type { FirstRecord } from '../record/slot.js'
import type { PastRecord } from '../record/span.js'
import { firstLine, openToRead, piecesBackwards } from './backwards.js'
import { type Continuation, continueFrom, type LastLine } from './continue.js'
import { type AppendFile, type JournalPaths, type OpenAppend, openAppend } from './files.js'
import { type Head, readHead, writeHead } from './head.js'
import { type Line, lineHash, parseLine, toFirstRecord, toPastRecord } from './line.js'

/** The soak file as the next record finds it. */
export interface JournalState {
  /** Length up to and including the last LF. */
  readonly bytes: number
  /** What stands after the last LF: the rest of a line that was never acknowledged. */
  readonly torn: Uint8Array
  readonly next: Continuation
  readonly first: FirstRecord | undefined
  /** Interval of the newest record; a poll without one of its own takes it over. */
  readonly intervalMs: number | undefined
  /** Newest first, back to the first record older than the span of the five-minute counters. */
  readonly past: readonly PastRecord[]
}

/** Reads what the next record depends on; changes nothing. */
export async function readJournal(paths: JournalPaths, nowMs: number): Promise<JournalState> {
  const head = await readHead(paths.head)
  const handle = await openToRead(paths.log)
  if (!handle) return { ...EMPTY, next: continueFrom(undefined, head) }
  try {
    return await readState(handle, head, nowMs)
  } finally {
    await handle.close()
  }
}

const EMPTY = { bytes: 0, torn: new Uint8Array(), first: undefined, intervalMs: undefined, past: [] }

async function readState(handle: FileHandle, head: Head | undefined, nowMs: number): Promise<JournalState> {
  const { size } = await handle.stat()
  const { torn, lastHash, lines } = await readTail(handle, nowMs)
  const newest = lines.find((line) => line !== undefined)
  const start = await firstLine(handle, STATUS_MAX_BYTES)
  const first = start && parseLine(start)
  return {
    bytes: size - torn.length,
    torn,
    next: continueFrom(lastHash === undefined ? undefined : lastLine(lastHash, lines), head),
    first: first && toFirstRecord(first),
    intervalMs: newest?.interval_ms,
    past: lines.flatMap((line) => (line ? [toPastRecord(line)] : [])),
  }
}

/** Twice what fits into the span at the shortest interval; ends the search where the wall clock was set back. */
const TAIL_MAX_LINES = (2 * SPAN_MAX_MS) / MIN_INTERVAL_MS

interface Tail {
  readonly torn: Buffer
  /** Undefined where there is no complete line. */
  readonly lastHash: string | undefined
  /** Newest first; undefined for a line that is no record. */
  readonly lines: readonly (Line | undefined)[]
}

async function readTail(handle: FileHandle, nowMs: number): Promise<Tail> {
  let torn: Buffer | undefined
  let lastHash: string | undefined
  const lines: (Line | undefined)[] = []
  const pieces = piecesBackwards(handle)
  for await (const piece of pieces) {
    if (torn === undefined) {
      torn = piece
      continue
    }
    lastHash ??= lineHash(piece)
    const line = parseLine(piece)
    lines.push(line)
    if (lines.length >= TAIL_MAX_LINES || (line && nowMs - Date.parse(line.ts) > SPAN_MAX_MS)) break
  }
  return { torn: torn ?? Buffer.alloc(0), lastHash, lines }
}

function lastLine(sha256: string, lines: Tail['lines']): LastLine {
  const distance = lines.findIndex((line) => line !== undefined)
  const good = lines[distance]
  const seqByCount = good ? good.seq + distance : lines.length - 1
  return { sha256, record: lines[0], seqByCount, runIdByCount: good?.run_id }
}

export interface Appended {
  readonly state: JournalState
  readonly runId: string
  /** One line with its LF. */
  readonly line: Uint8Array
}

/**
 * Makes one line durable: torn rest moved away, one write, fdatasync, head by rename. When any step fails the file is as
 * it was, without the torn rest, and the error is SOAK_ENOSPC or SOAK_IO. Needs the lock. Returns the new length.
 */
export async function appendLine(
  paths: JournalPaths,
  appended: Appended,
  open: OpenAppend = openAppend,
): Promise<number> {
  const { state, line } = appended
  try {
    if (state.torn.length > 0) await moveTorn(paths, state)
    await writeLine(paths, state.bytes, line, open)
    await acknowledge(paths, appended)
  } catch (error) {
    throw toFileError(error, paths.log)
  }
  return state.bytes + line.length
}

/** Copies before it cuts; a crash in between leaves the bytes twice, never nowhere. */
async function moveTorn(paths: JournalPaths, { torn, bytes, next }: JournalState): Promise<void> {
  const path = paths.torn(next.seq)
  const before = await readFile(path).catch(() => Buffer.alloc(0))
  const isThere = before.length >= torn.length && before.subarray(before.length - torn.length).equals(torn)
  if (!isThere) await writeFile(path, torn, { flag: 'a', flush: true })
  await truncate(paths.log, bytes)
}

async function writeLine(paths: JournalPaths, before: number, line: Uint8Array, open: OpenAppend): Promise<void> {
  const file = await open(paths.log)
  try {
    const written = await file.write(line)
    if (written < line.length) throw Object.assign(new Error('short write'), { code: 'ENOSPC' })
    await file.datasync()
    if (before === 0) await syncDirectory(dirname(paths.log))
  } catch (error) {
    await cutBack(file, before)
    throw error
  } finally {
    await file.close()
  }
}

/** If even this fails, the next poll finds a torn rest, or a line one ahead of the head, and goes on from there. */
async function cutBack(file: AppendFile, length: number): Promise<void> {
  await file.truncate(length).catch(() => {})
  await file.datasync().catch(() => {})
}

/** A line without its head is taken back, so that the head never lags by more than the one line of a crash. */
async function acknowledge(paths: JournalPaths, { state, runId, line }: Appended): Promise<void> {
  const content = line.subarray(0, line.length - 1)
  const head = { run_id: runId, seq: state.next.seq, bytes: state.bytes + line.length, sha256: lineHash(content) }
  try {
    await writeHead(paths.head, head)
  } catch (error) {
    // After the rename the head is in force, even if the folder could not be synced: then the line must stay.
    if ((await readHead(paths.head))?.sha256 === head.sha256) return
    await truncate(paths.log, state.bytes).catch(() => {})
    throw error
  }
}
