import type { FileHandle } from 'node:fs/promises'
import { MIN_INTERVAL_MS, SPAN_MAX_MS, STATUS_MAX_BYTES } from '../constants.js'
import type { FirstRecord } from '../record/slot.js'
import type { PastRecord } from '../record/span.js'
import { firstLine, openToRead, piecesBackwards } from './backwards.js'
import { type Continuation, continueFrom, type LastLine } from './continue.js'
import type { JournalPaths } from './files.js'
import { type Head, readHead } from './head.js'
import { type Line, lineHash, parseLine, toFirstRecord, toPastRecord } from './line.js'
import { linesBackwards } from './tail.js'

/** The soak file as the next record finds it. */
export interface JournalState {
  /** Length up to and including the last LF. */
  readonly bytes: number
  /** What stands after the last LF: the rest of a line that was never acknowledged. */
  readonly torn: Uint8Array
  readonly next: Continuation
  /** Of the soak file; undefined where it has none. */
  readonly oldest: OldestRecord | undefined
  /** A record that the schedule can be counted from. */
  readonly first: FirstRecord | undefined
  /** Interval of the newest record; a poll without one of its own takes it over. */
  readonly intervalMs: number | undefined
  /** Newest first, back to the first record older than the span of the five-minute counters. */
  readonly past: readonly PastRecord[]
}

/** What a rotated file is named after. */
export interface OldestRecord {
  readonly seq: number
  readonly tsMs: number
}

/** Reads what the next record depends on; changes nothing. */
export async function readJournal(paths: JournalPaths, nowMs: number): Promise<JournalState> {
  const head = await readHead(paths.head)
  const tail = await readTail(paths.log, nowMs)
  const handle = await openToRead(paths.log)
  try {
    return toState(tail, head, await readFile(handle))
  } finally {
    await handle?.close()
  }
}

/** What only the soak file itself tells. */
interface OwnFile {
  readonly size: number
  readonly torn: Uint8Array
  readonly first: Line | undefined
}

async function readFile(handle: FileHandle | undefined): Promise<OwnFile> {
  if (!handle) return { size: 0, torn: new Uint8Array(), first: undefined }
  const { size } = await handle.stat()
  const torn = (await piecesBackwards(handle).next()).value ?? new Uint8Array()
  const start = await firstLine(handle, STATUS_MAX_BYTES)
  return { size, torn, first: start && parseLine(start) }
}

function toState({ lastHash, lines }: Tail, head: Head | undefined, { size, torn, first }: OwnFile): JournalState {
  const known = lines.filter((line) => line !== undefined)
  const origin = first ?? known.at(-1)
  return {
    bytes: size - torn.length,
    torn,
    next: continueFrom(lastHash === undefined ? undefined : lastLine(lastHash, lines), head),
    oldest: first && { seq: first.seq, tsMs: Date.parse(first.ts) },
    first: origin && toFirstRecord(origin),
    intervalMs: known[0]?.interval_ms,
    past: known.map(toPastRecord),
  }
}

/** Twice what fits into the span at the shortest interval; ends the search where the wall clock was set back. */
const TAIL_MAX_LINES = (2 * SPAN_MAX_MS) / MIN_INTERVAL_MS

interface Tail {
  /** Undefined where there is no complete line. */
  readonly lastHash: string | undefined
  /** Newest first; undefined for a line that is no record. */
  readonly lines: readonly (Line | undefined)[]
}

async function readTail(log: string, nowMs: number): Promise<Tail> {
  let lastHash: string | undefined
  const lines: (Line | undefined)[] = []
  for await (const bytes of linesBackwards(log)) {
    lastHash ??= lineHash(bytes)
    const line = parseLine(bytes)
    lines.push(line)
    if (lines.length >= TAIL_MAX_LINES || (line && nowMs - Date.parse(line.ts) > SPAN_MAX_MS)) break
  }
  return { lastHash, lines }
}

function lastLine(sha256: string, lines: Tail['lines']): LastLine {
  const distance = lines.findIndex((line) => line !== undefined)
  const good = lines[distance]
  const seqByCount = good ? good.seq + distance : lines.length - 1
  return { sha256, record: lines[0], seqByCount, runIdByCount: good?.run_id }
}
