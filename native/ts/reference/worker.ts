import { parentPort, workerData } from 'node:worker_threads'
import { HASH_BYTES } from '../constants.js'
import { bytesOf, chain, stateOf } from './chain.js'
import type { ChainItem, WorkerEvent, WorkerJob } from './jobs.js'

/** Between two looks at the time: about 2 ms. Cancelling is the termination of this thread and needs no look. */
const CHUNK_STEPS = 4096

const post = (event: WorkerEvent) => parentPort?.postMessage(event)

function grind({ seed, steps, segments, reportMs }: Extract<WorkerJob, { kind: 'clock' }>): Uint8Array {
  const state = stateOf(seed)
  let done = 0
  let reported = performance.now()
  for (let index = 1; index <= segments; index++) {
    // steps·index stays below 2^48: exact.
    const end = Math.floor((steps * index) / segments)
    while (done < end) {
      const chunk = Math.min(CHUNK_STEPS, end - done)
      chain(state, chunk)
      done += chunk
      if (reportMs > 0 && performance.now() - reported >= reportMs) {
        reported = performance.now()
        post(['progress', done])
      }
    }
    if (index < segments) post(['checkpoint', index, bytesOf(state)])
  }
  return bytesOf(state)
}

function advance(items: readonly ChainItem[]): Uint8Array {
  const ends = new Uint8Array(items.length * HASH_BYTES)
  for (const [i, { start, steps }] of items.entries()) {
    const state = stateOf(start)
    chain(state, steps)
    ends.set(bytesOf(state), i * HASH_BYTES)
  }
  return ends
}

const job = workerData as WorkerJob
const begin = performance.now()
const bytes = job.kind === 'clock' ? grind(job) : advance(job.chains)
post(['done', performance.now() - begin, bytes])
