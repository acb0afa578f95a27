import { AbortError, errorCode, sleep } from '@montana/foundation'
import { MirrorError } from '../contracts/errors.js'
import { WORKER_TIMING, type WorkerTiming } from './constants.js'
import { HeldLease } from './held-lease.js'
import { Session } from './session.js'
import type { DrainResult, Worker, WorkerModules, WorkerOptions } from './worker-types.js'

/** Does what is queued, one worker at a time per data folder. Spec repository-mirror 5. */
export function createWorker(options: WorkerOptions, modules: WorkerModules): Worker {
  const timing: WorkerTiming = { ...WORKER_TIMING, ...options.timing }
  const work = (isDaemon: boolean, signal: AbortSignal) => stay(options, modules, timing, isDaemon, signal)
  return {
    run: async (signal) => void (await work(true, signal)),
    drain: async (signal) => {
      const result = await work(false, signal)
      if (signal.aborted) throw new AbortError(signal.reason)
      return result
    },
  }
}

async function stay(
  { targets }: WorkerOptions,
  modules: WorkerModules,
  timing: WorkerTiming,
  isDaemon: boolean,
  signal: AbortSignal,
): Promise<DrainResult> {
  const lease = new HeldLease(modules, timing)
  lease.take()
  const session = new Session(modules, targets, timing, lease)
  const stopped = AbortSignal.any([signal, lease.lost])
  // Whatever ends the loop ends what runs.
  const broken = new AbortController()
  const running = AbortSignal.any([stopped, broken.signal])
  try {
    session.begin()
    await loop(session, modules, timing, isDaemon, running)
    if (lease.lost.aborted && !signal.aborted) throw lost()
    return { jobs: session.jobs(), runs: session.runs, isPaused: modules.store.isPaused() }
  } finally {
    broken.abort()
    await session.end()
  }
}

async function loop(
  session: Session,
  { log }: WorkerModules,
  timing: WorkerTiming,
  isDaemon: boolean,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    try {
      session.takeSpool()
      if (isDaemon) session.requestReconciles()
      session.startDue(signal)
      if (!isDaemon && !session.hasMore()) return
    } catch (error) {
      // Another process has the store; what runs goes on meanwhile.
      if (errorCode(error) !== 'BUSY') throw error
      log.warn({}, 'the store is locked by another process')
    }
    await nap(timing.pollMs, session.running, signal)
  }
}

/** Until the next turn, the end of a run, or the end of all. */
async function nap(ms: number, running: readonly Promise<void>[], signal: AbortSignal): Promise<void> {
  const wake = new AbortController()
  const onAbort = () => wake.abort()
  signal.addEventListener('abort', onAbort, { once: true })
  const slept = sleep(ms, wake.signal).catch(() => {})
  await Promise.race([slept, ...running])
  signal.removeEventListener('abort', onAbort)
  wake.abort()
  await slept
}

function lost(): MirrorError {
  return new MirrorError('BUSY', 'another worker has taken the queue', { remedy: 'look which process works on it' })
}
