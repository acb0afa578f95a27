import { readFile, truncate, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { syncDirectory } from '@montana/foundation'
import { toFileError } from '../errors.js'
import type { AppendFile, JournalFiles, JournalPaths, OpenAppend } from './files.js'
import { headText, readHead } from './head.js'
import type { JournalState } from './journal.js'
import { lineHash } from './line.js'

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
export async function appendLine(paths: JournalPaths, appended: Appended, files: JournalFiles): Promise<number> {
  const { state, line } = appended
  try {
    if (state.torn.length > 0) await moveTorn(paths, state)
    await writeLine(paths, state.bytes, line, files.openAppend)
    await acknowledge(paths, appended, files)
  } catch (error) {
    throw toFileError(error, paths.log)
  }
  return state.bytes + line.length
}

/** Copies before it cuts; a crash in between leaves the bytes twice, never nowhere. */
export async function moveTorn(paths: JournalPaths, { torn, bytes, next }: JournalState): Promise<void> {
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
async function acknowledge(paths: JournalPaths, { state, runId, line }: Appended, files: JournalFiles): Promise<void> {
  const content = line.subarray(0, line.length - 1)
  const head = { run_id: runId, seq: state.next.seq, bytes: state.bytes + line.length, sha256: lineHash(content) }
  try {
    await files.replace(paths.head, headText(head))
  } catch (error) {
    // After the rename the head is in force, even if the folder could not be synced: then the line must stay.
    if ((await readHead(paths.head))?.sha256 === head.sha256) return
    await truncate(paths.log, state.bytes).catch(() => {})
    throw error
  }
}
