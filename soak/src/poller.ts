import { randomUUID } from 'node:crypto'
import {
  ConfigError,
  errorCode,
  isAbort,
  type Logger,
  type MetricsRegistry,
  silentLogger,
  type TimeSource,
} from '@montana/foundation'
import { bootTime, collectorFacts } from './collector.js'
import { DEFAULT_INTERVAL_MS } from './constants.js'
import { type JournalPaths, journalPaths, type OpenAppend } from './journal/files.js'
import { appendLine, type JournalState, readJournal } from './journal/journal.js'
import { acquireLock } from './journal/lock.js'
import { createSoakMetrics, type PollResult, type SoakMetrics } from './metrics.js'
import { checkOptions, deadlines, type PollerOptions } from './options.js'
import { probeAll } from './probe/probe-all.js'
import { assembleRecord, recordLine } from './record/assemble.js'
import type { SoakRecord } from './record/schema.js'
import { slotOf } from './record/slot.js'
import { runOfPoll } from './run/begin.js'
import { type WatchOptions, type WatchSummary, watchWith } from './watch.js'

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
}

/** A poll as a watch orders it: with its own interval, and the slot that its schedule says. */
export interface PollRequest {
  readonly signal?: AbortSignal | undefined
  readonly intervalMs?: number
  readonly slot?: number
}

interface Context {
  readonly options: PollerOptions
  readonly paths: JournalPaths
  readonly time: TimeSource
  readonly logger: Logger
  readonly metrics: SoakMetrics
  readonly openAppend: OpenAppend | undefined
}

/** Throws {@link ConfigError} for wrong options; touches no file before the first poll. */
export function createPoller(options: PollerOptions, modules: PollerModules = {}): Poller {
  checkOptions(options)
  const context: Context = {
    options,
    paths: journalPaths(options.path),
    time: modules.time ?? bootTime,
    logger: modules.logger ?? silentLogger,
    metrics: createSoakMetrics(modules.metrics),
    openAppend: modules.openAppend,
  }
  const pollOnce = (request: PollRequest) => counted(context, () => lockedPoll(context, request))
  return {
    poll: (signal) => pollOnce({ signal }),
    watch: (watch) => watchWith({ pollOnce, ...context }, watch),
  }
}

async function lockedPoll(context: Context, request: PollRequest): Promise<SoakRecord> {
  const lock = await acquireLock(context.paths.lock, context.paths.log)
  try {
    return await pollAndAppend(context, request)
  } finally {
    await lock.release()
  }
}

async function pollAndAppend(context: Context, request: PollRequest): Promise<SoakRecord> {
  const { options, paths, time } = context
  const startedAtMs = Math.round(time.wallMs())
  const monoMs = time.monotonicMs()
  const state = await readJournal(paths, startedAtMs)
  const intervalMs = request.intervalMs ?? options.intervalMs ?? state.intervalMs ?? DEFAULT_INTERVAL_MS
  const run = await runOfPoll({ options, state, intervalMs, nowMs: startedAtMs })
  const runId = runIdOf({ path: options.path, runId: run.runId }, state)
  if (state.next.isBroken)
    context.logger.warn({ code: 'SOAK_CHAIN_BROKEN', seq: state.next.seq }, 'soak file was changed')
  const limits = deadlines(options, intervalMs)
  const [collector, polled] = await Promise.all([
    collectorFacts(options, intervalMs, run.sha256),
    probeAll({ nodes: options.nodes, ...limits, time, signal: request.signal }),
  ])
  const slot = request.slot ?? slotOf(startedAtMs, intervalMs, state.first)
  const { seq, prev } = state.next
  const position = { run_id: runId, seq, slot, prev, repaired_bytes: state.torn.length }
  const { past } = state
  const record = assembleRecord({ position, startedAtMs, monoMs, intervalMs, collector, ...polled, past })
  const line = Buffer.from(recordLine(record))
  context.metrics.noteFileBytes(await appendLine(paths, { state, runId, line }, context.openAppend))
  return record
}

/** One file holds one run: spec operations 3.3. */
function runIdOf({ runId, path }: Pick<PollerOptions, 'runId' | 'path'>, { next }: JournalState): string {
  if (runId === undefined || next.runId === undefined || runId === next.runId)
    return runId ?? next.runId ?? randomUUID()
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
