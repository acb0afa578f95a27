import { RETENTION_DAYS, ROTATE_BYTES } from './constants.js'
import { appendLine } from './journal/append.js'
import type { JournalFiles, JournalPaths } from './journal/files.js'
import type { JournalState } from './journal/journal.js'
import { lineHash, pollKey } from './journal/line.js'
import { indexSegments, isRotationDue, type RotationLimits, rotate } from './journal/rotate.js'
import { pollsSince } from './journal/tail.js'
import type { PollerOptions } from './options.js'
import { recordLine } from './record/assemble.js'
import type { SoakRecord } from './record/schema.js'
import { readRunDocument } from './run/read.js'
import type { Spool } from './spool/spool.js'

export interface WriterModules {
  readonly paths: JournalPaths
  readonly files: JournalFiles
  readonly limits: RotationLimits
}

export interface Written {
  readonly record: SoakRecord
  /** The soak file with it. */
  readonly state: JournalState
}

export function rotationLimits({ rotateBytes, retentionDays }: PollerOptions): RotationLimits {
  return { rotateBytes: rotateBytes ?? ROTATE_BYTES, retentionDays: retentionDays ?? RETENTION_DAYS }
}

/** Gives a record its place at the end of the run and makes it durable. Needs the lock. Throws SOAK_ENOSPC or SOAK_IO. */
export async function writeRecord(modules: WriterModules, state: JournalState, polled: SoakRecord): Promise<Written> {
  const { paths, files, limits } = modules
  const { seq, prev } = state.next
  const record = { ...polled, seq, prev, repaired_bytes: state.torn.length }
  const line = Buffer.from(recordLine(record))
  const tsMs = Date.parse(record.ts)
  const isDue = isRotationDue(state, { tsMs, bytes: line.length }, limits.rotateBytes)
  const current = isDue ? await rotate(paths, state, files) : state
  if (current.bytes === 0) await indexSegments(paths, current.next, limits.retentionDays, files)
  const bytes = await appendLine(paths, { state: current, runId: record.run_id, line }, files)
  return { record, state: stateAfter(current, record, line, bytes) }
}

function stateAfter(state: JournalState, record: SoakRecord, line: Buffer, bytes: number): JournalState {
  const { run_id: runId, seq } = record
  const prev = lineHash(line.subarray(0, line.length - 1))
  return {
    ...state,
    bytes,
    torn: new Uint8Array(),
    next: { runId, seq: seq + 1, prev, isBroken: false },
    oldest: state.oldest ?? { seq, tsMs: Date.parse(record.ts) },
  }
}

export interface DrainModules extends WriterModules {
  readonly spool: Spool
  readonly options: Pick<PollerOptions, 'runId' | 'run'>
}

/**
 * Appends what waits in the spool, in order. A record of another run is somebody else's and stays. Returns how many were
 * appended. Needs the lock. Throws SOAK_ENOSPC or SOAK_IO; what was not appended then still waits.
 */
export async function drainSpool(modules: DrainModules, state: JournalState): Promise<number> {
  const { spool } = modules
  const ours = await oursOf(modules, state, await spool.waiting())
  const [oldest] = ours
  if (!oldest) return 0
  const before = await pollsSince(modules.paths.log, Date.parse(oldest.ts))
  const done = ours.filter((record) => before.has(pollKey(record)))
  try {
    let current = state
    for (const record of ours.filter((candidate) => !done.includes(candidate))) {
      current = (await writeRecord(modules, current, { ...record, late: true })).state
      done.push(record)
    }
  } finally {
    await spool.drop(done)
  }
  return done.length
}

/**
 * A run that has no record yet is named by its settings or its document, and else by what waits; where it has settings, its
 * document comes before its first record.
 */
async function oursOf({ options, paths }: DrainModules, { next }: JournalState, waiting: readonly SoakRecord[]) {
  const [oldest] = waiting
  if (!oldest) return []
  const declared = next.runId ?? options.runId ?? (await readRunDocument(paths.log))?.document?.run_id
  if (declared === undefined && options.run !== undefined) return []
  return waiting.filter(({ run_id }) => run_id === (declared ?? oldest.run_id))
}
