import { availableParallelism } from 'node:os'
import { Worker } from 'node:worker_threads'
import type { SourcePatch } from '../planted/source-patch.js'
import type { Job, JobResult } from './job.js'

type Answer = { readonly result: JobResult } | { readonly failure: string }

/** Runs jobs on all cores. With patches, every worker loads the engine with those changes. */
export class Pool implements AsyncDisposable {
  readonly #workers: Worker[]

  constructor(size = availableParallelism(), ...patches: readonly SourcePatch[]) {
    const url = new URL('./worker.js', import.meta.url)
    this.#workers = Array.from({ length: Math.max(1, size) }, () => new Worker(url, { workerData: { patches } }))
  }

  /** Results in the order in which they come; a consumer that stops early leaves the rest undone. */
  async *run(jobs: Iterable<Job>): AsyncGenerator<JobResult> {
    const queue = jobs[Symbol.iterator]()
    const running = new Map<number, Promise<{ readonly index: number; readonly result: JobResult }>>()
    const next = (index: number) => {
      const job = queue.next()
      const worker = this.#workers[index]
      if (job.done || !worker) return running.delete(index)
      return running.set(
        index,
        runOn(worker, job.value).then((result) => ({ index, result })),
      )
    }
    for (const index of this.#workers.keys()) next(index)
    while (running.size > 0) {
      const { index, result } = await Promise.race(running.values())
      next(index)
      yield result
    }
  }

  async runOne(job: Job): Promise<JobResult> {
    for await (const result of this.run([job])) return result
    throw new Error('no worker')
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#workers.map((worker) => worker.terminate()))
  }
}

function runOn(worker: Worker, job: Job): Promise<JobResult> {
  const { promise, resolve, reject } = Promise.withResolvers<JobResult>()
  const onMessage = (answer: Answer) => {
    worker.off('error', reject)
    if ('result' in answer) resolve(answer.result)
    else reject(new Error(answer.failure))
  }
  worker.once('message', onMessage)
  worker.once('error', reject)
  worker.postMessage(job)
  return promise
}
