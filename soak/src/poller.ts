import { randomUUID } from 'node:crypto'
import {
  ConfigError,
  errorCode,
  isAbort,
  type Logger,
  type MetricsRegistry,
  noMetrics,
  silentLogger,
  type TimeSource,
} from '@montana/foundation'
import { bootTime, collectorFacts } from './collector.js'
import { DEFAULT_INTERVAL_MS } from './constants.js'
import { isDiskFault, SoakError, toFileError } from './errors.js'
import { type JournalFiles, journalFiles, journalPaths, type OpenAppend } from './journal/files.js'
import { type JournalState, readJournal } from './journal/journal.js'
import { acquireLock } from './journal/lock.js'
import { createPollMetrics, type PollResult, type SoakMetrics } from './metrics.js'
import { checkOptions, deadlines, type PollerOptions } from './options.js'
import { probeAll } from './probe/probe-all.js'
import { assembleRecord } from './record/assemble.js'
import type { SoakRecord } from './record/schema.js'
import { slotOf } from './record/slot.js'
import { runOfPoll } from './run/begin.js'
import { createSpool } from './spool/spool.js'
import { type WatchOptions, type WatchSummary, watchWith } from './watch.js'
import { type DrainModules, drainSpool, rotationLimits, writeRecord } from './writer.js'

export interface Poller {
  /**
   * One poll of all nodes, made durable before it resolves. Unreachable nodes are part of the record. Throws SoakError
   * (SOAK_LOCKED, SOAK_ENOSPC, SOAK_IO: no line was left), ConfigError (the file cannot be used), AbortError.
   */
  poll(signal?: AbortSignal): Promise<SoakRecord>
  /** Polls on a schedule until the signal fires or `count` polls are made; resolves in both cases. */
  watch(options: WatchOptions): Promise<WatchSummary>
}

export interface PollerModules {
  readonly time?: TimeSource
  readonly logger?: Logger
  readonly metrics?: MetricsRegistry
  /** How the soak file is opened; tests let single calls fail. */
  readonly openAppend?: OpenAppend
  /** Everything else that changes files, for the same purpose. */
  readonly files?: Partial<JournalFiles>
}

/** A poll as a watch orders it: with its own interval, and the slot that its schedule says. */
export interface PollRequest {
  readonly signal?: AbortSignal | undefined
  readonly intervalMs?: number
  readonly slot?: number
}

interface Context extends DrainModules {
  readonly options: PollerOptions
  readonly time: TimeSource
  readonly logger: Logger
  readonly metrics: SoakMetrics
}

/** Throws {@link ConfigError} for wrong options; touches no file before the first poll. */
export function createPoller(options: PollerOptions, modules: PollerModules = {}): Poller {
  checkOptions(options)
  const { openAppend, files: changed, logger = silentLogger } = modules
  const files = { ...journalFiles, ...(openAppend && { openAppend }), ...changed }
  const context: Context = {
    options,
    ...{ paths: journalPaths(options.path), files, limits: rotationLimits(options) },
    spool: createSpool({ log: options.path, spoolDir: options.spoolDir, files, logger }),
    time: modules.time ?? bootTime,
    logger,
    metrics: createPollMetrics(modules.metrics ?? noMetrics),
  }
  const pollOnce = (request: PollRequest) => counted(context, () => lockedPoll(context, request))
  return {
    poll: (signal) => pollOnce({ signal }),
    watch: (watch) => watchWith({ pollOnce, ...context }, watch),
  }
}

async function lockedPoll(context: Context, request: PollRequest): Promise<SoakRecord> {
  const lock = await lockOrFault(context)
  try {
    return await pollAndAppend(context, request, lock.fault)
  } finally {
    await lock.release()
  }
}

interface LockResult {
  /** The disk takes not even a lock file; then the record goes to the spool. */
  readonly fault: SoakError | undefined
  release(): Promise<void>
}

async function lockOrFault({ paths }: Context): Promise<LockResult> {
  try {
    const lock = await acquireLock(paths.lock, paths.log)
    return { fault: undefined, release: () => lock.release() }
  } catch (error) {
    if (!isDiskFault(error)) throw error
    return { fault: error, release: async () => {} }
  }
}

async function pollAndAppend(context: Context, request: PollRequest, locked: SoakError | undefined) {
  const started = { atMs: Math.round(context.time.wallMs()), monoMs: context.time.monotonicMs() }
  const before = await readState(context, started.atMs)
  const drained = locked ? { fault: locked, state: before } : await drainFirst(context, before, started.atMs)
  const record = await measure(context, request, started, drained.state)
  if (drained.fault) throw await spooled(context, record, drained.fault)
  try {
    const written = await writeRecord(context, drained.state, record)
    context.metrics.noteFileBytes(written.state.bytes)
    return written.record
  } catch (error) {
    throw isDiskFault(error) ? await spooled(context, record, error) : error
  }
}

async function readState({ paths }: Context, nowMs: number): Promise<JournalState> {
  try {
    return await readJournal(paths, nowMs)
  } catch (error) {
    throw toFileError(error, paths.log)
  }
}

/** What waits comes first. Where the disk still takes nothing, this poll has to wait as well. */
async function drainFirst(context: Context, before: JournalState, nowMs: number) {
  try {
    const count = await drainSpool(context, before)
    return { fault: undefined, state: count === 0 ? before : await readState(context, nowMs) }
  } catch (error) {
    if (!isDiskFault(error)) throw error
    return { fault: error, state: await readState(context, nowMs) }
  }
}

/** The error of a poll whose record could not be appended, and where the record is now. */
async function spooled({ spool }: Context, record: SoakRecord, fault: SoakError): Promise<SoakError> {
  const isKept = await spool.put(record)
  const where = isKept ? 'the record waits in the spool' : 'the spool is full and the record is lost'
  const { code, remedy, metadata } = fault
  return new SoakError(code, `${fault.message}; ${where}`, {
    ...(remedy !== undefined && { remedy }),
    metadata: { ...metadata, spooled: isKept },
    cause: fault,
  })
}

async function measure(
  context: Context,
  request: PollRequest,
  started: { readonly atMs: number; readonly monoMs: number },
  state: JournalState,
): Promise<SoakRecord> {
  const { options, time } = context
  const intervalMs = request.intervalMs ?? options.intervalMs ?? state.intervalMs ?? DEFAULT_INTERVAL_MS
  const run = await beginRun(context, state, intervalMs, started.atMs)
  const runId = await runIdOf(context, run.runId, state)
  if (state.next.isBroken)
    context.logger.warn({ code: 'SOAK_CHAIN_BROKEN', seq: state.next.seq }, 'soak file was changed')
  const [collector, polled] = await Promise.all([
    collectorFacts(options, intervalMs, run.sha256),
    probeAll({ nodes: options.nodes, ...deadlines(options, intervalMs), time, signal: request.signal }),
  ])
  const slot = request.slot ?? slotOf(started.atMs, intervalMs, state.first)
  const { seq, prev } = state.next
  const position = { run_id: runId, seq, slot, prev, repaired_bytes: state.torn.length }
  const { past } = state
  const { atMs: startedAtMs, monoMs } = started
  return assembleRecord({ position, startedAtMs, monoMs, intervalMs, collector, ...polled, past })
}

/** A run whose document cannot be written has not begun: that poll leaves no record. */
async function beginRun({ options, paths }: Context, state: JournalState, intervalMs: number, nowMs: number) {
  try {
    return await runOfPoll({ options, state, intervalMs, nowMs })
  } catch (error) {
    throw toFileError(error, paths.log)
  }
}

/** One file holds one run: spec operations 3.3. A run may have begun in the spool. */
async function runIdOf(
  { options: { path }, spool }: Context,
  runId: string | undefined,
  { next }: JournalState,
): Promise<string> {
  if (runId === undefined) return next.runId ?? (await spool.waiting())[0]?.run_id ?? randomUUID()
  if (next.runId === undefined || runId === next.runId) return runId
  throw new ConfigError(`run_id '${runId}' is not that of ${path}, which holds run '${next.runId}'`, {
    field: 'run_id',
    remedy: 'name a new file with --path for a new run',
  })
}

async function counted(context: Context, work: () => Promise<SoakRecord>): Promise<SoakRecord> {
  try {
    const record = await work()
    context.metrics.notePoll('ok')
    return record
  } catch (error) {
    context.metrics.notePoll(resultOf(error))
    throw error
  }
}

function resultOf(error: unknown): PollResult {
  if (isAbort(error)) return 'aborted'
  const results: Readonly<Record<string, PollResult>> = { SOAK_LOCKED: 'locked', SOAK_ENOSPC: 'no_space' }
  return results[errorCode(error)] ?? 'failed'
}
