import { Worker } from 'node:worker_threads'
import type { EngineJob, JobCallback } from '../engine.js'
import type { WorkerEvent, WorkerJob } from './jobs.js'

/** Runs a job in a worker thread; ends with exactly one of `done`, `cancelled` or an error code. */
export function startWorker(job: WorkerJob, callback: JobCallback): EngineJob {
  const worker = new Worker(new URL('./worker.js', import.meta.url), { workerData: job, execArgv: [] })
  let cancelled = false
  let ended = false
  const end: JobCallback = (...event) => {
    if (ended) return
    ended = true
    callback(...event)
  }
  worker.on('message', (event: WorkerEvent) => {
    if (event[0] === 'done') end(...event)
    else if (!ended && !cancelled) callback(...event)
  })
  worker.on('error', () => end('NATIVE_PANIC', 0))
  worker.on('exit', () => end(cancelled ? 'cancelled' : 'NATIVE_PANIC', 0))
  return {
    cancel() {
      cancelled = true
      void worker.terminate()
    },
  }
}
