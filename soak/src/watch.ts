import { errorCode, isAbort, type Logger, sleep, type TimeSource } from '@montana/foundation'
import { MAX_INTERVAL_MS, MIN_INTERVAL_MS } from './constants.js'
import { isDiskFault, SoakError } from './errors.js'
import type { JournalPaths } from './journal/files.js'
import { acquireLock, type Lock } from './journal/lock.js'
import type { PollRequest } from './poller.js'
import type { SoakRecord } from './record/schema.js'

export interface WatchOptions {
  /** Time between two polls, from 1 s to 24 h. */
  readonly everyMs: number
  /** Ends after so many polls, failed ones included; by default only the signal ends it. */
  readonly count?: number | undefined
  /** Another exclusive watch of the same file ends at once with SOAK_LOCKED. Single polls may always come in between. */
  readonly isExclusive?: boolean
  readonly signal?: AbortSignal | undefined
  onRecord?(record: SoakRecord): void
  /** A poll that left no record; the watch goes on with the next slot. */
  onError?(error: SoakError): void
}

export interface WatchSummary {
  readonly records: number
  /** Slots without a record: passed while a poll was running, or failed. */
  readonly missed: number
}

type WatchRequest = PollRequest & { readonly intervalMs: number }

export interface WatchModules {
  pollOnce(request: PollRequest): Promise<SoakRecord>
  readonly paths: JournalPaths
  readonly time: TimeSource
  readonly logger: Logger
}

/** Part of the interval for which a watch waits for the end of somebody else's poll before it gives up its slot. */
const PATIENCE_SHARE = 0.2
const RETRY_MS = 50

export async function watchWith(modules: WatchModules, options: WatchOptions): Promise<WatchSummary> {
  checkInterval(options.everyMs)
  if (!options.isExclusive) return await pollOnSchedule(modules, options)
  const lock = await lockWatch(modules)
  try {
    return await pollOnSchedule(modules, options)
  } finally {
    await lock?.release()
  }
}

/** A disk that takes not even a lock must not keep the watch from collecting; its records wait in the spool. */
async function lockWatch({ paths, logger }: WatchModules): Promise<Lock | undefined> {
  try {
    return await acquireLock(paths.watchLock, paths.log)
  } catch (error) {
    if (!isDiskFault(error)) throw error
    logger.warn({ code: error.code }, 'watch without a lock of its own')
    return undefined
  }
}

async function pollOnSchedule(modules: WatchModules, options: WatchOptions): Promise<WatchSummary> {
  const { time, logger } = modules
  const { everyMs, signal, count = Number.POSITIVE_INFINITY } = options
  const summary = { records: 0, missed: 0 }
  const origin = time.monotonicMs()
  /** Slot of the first poll; the schedule says the others, whatever the wall clock does. */
  let base: number | undefined
  let polls = 0
  for (let tick = 0; polls < count; tick = nextTick(tick)) {
    if (!(await waitUntil(time, origin + tick * everyMs, signal))) return summary
    polls++
    try {
      const slot = base === undefined ? {} : { slot: base + tick }
      const record = await pollPatiently(modules, { signal, intervalMs: everyMs, ...slot })
      base ??= record.slot - tick
      summary.records++
      options.onRecord?.(record)
    } catch (error) {
      if (isAbort(error)) return summary
      if (!(error instanceof SoakError)) throw error
      summary.missed++
      logger.error({ code: errorCode(error) }, 'poll left no record')
      options.onError?.(error)
    }
  }
  return summary

  /** A slot that has passed meanwhile is skipped, never made up for. */
  function nextTick(tick: number): number {
    const next = Math.max(tick + 1, Math.floor((time.monotonicMs() - origin) / everyMs) + 1)
    summary.missed += next - tick - 1
    return next
  }
}

async function pollPatiently({ pollOnce, time }: WatchModules, request: WatchRequest): Promise<SoakRecord> {
  const giveUpAtMs = time.monotonicMs() + PATIENCE_SHARE * request.intervalMs
  for (;;) {
    try {
      return await pollOnce(request)
    } catch (error) {
      if (errorCode(error) !== 'SOAK_LOCKED' || time.monotonicMs() > giveUpAtMs) throw error
    }
    await sleep(RETRY_MS, request.signal)
  }
}

/** False when the signal fired first. */
async function waitUntil(time: TimeSource, atMs: number, signal: AbortSignal | undefined): Promise<boolean> {
  if (signal?.aborted) return false
  const waitMs = atMs - time.monotonicMs()
  if (waitMs <= 0) return true
  return await sleep(waitMs, signal).then(
    () => true,
    () => false,
  )
}

function checkInterval(everyMs: number): void {
  if (Number.isInteger(everyMs) && everyMs >= MIN_INTERVAL_MS && everyMs <= MAX_INTERVAL_MS) return
  throw new RangeError(`everyMs ${everyMs} is not a whole number from ${MIN_INTERVAL_MS} to ${MAX_INTERVAL_MS}`)
}
