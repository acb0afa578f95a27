import type { Layer } from '../contracts/config.js'
import { classOf } from '../push/error-class.js'
import type { WorkerTiming } from '../queue/constants.js'
import { enqueue, type Ticket } from '../queue/enqueue.js'
import { workerTarget } from '../queue/fingerprint.js'
import { requestsOf } from '../queue/hooks.js'
import { createWorker } from '../queue/worker.js'
import type { DrainResult, Worker } from '../queue/worker-types.js'
import { findTarget } from './find-target.js'
import { tellFence } from './history-reset.js'
import type { MirrorParts } from './parts.js'
import { settleRoles } from './roles-step.js'
import { runLayer } from './run-layer.js'

/** Of alerts at the end of a stay: SIGTERM leaves 10 s for everything, and the worker may need half of them. */
const TELL_MS = 4_000
const ALL: readonly Layer[] = ['code', 'workflows', 'secrets', 'variables']

/** The primary's side as a library: what is asked of it is queued at once and done by `sync` or `run`. */
export class Mirror {
  readonly #timing: Partial<WorkerTiming>
  #parts: MirrorParts
  #worker: Worker
  #changing = new AbortController()

  constructor(parts: MirrorParts, timing: Partial<WorkerTiming> = {}) {
    this.#timing = timing
    this.#parts = parts
    this.#worker = workerOf(parts, timing)
  }

  get parts(): MirrorParts {
    return this.#parts
  }

  /** Fires when other parts count: a stay at the queue that began before still works by the old ones. */
  get changed(): AbortSignal {
    return this.#changing.signal
  }

  /** The same store by another configuration: what is asked for and worked off from now on goes by it. */
  adopt(parts: MirrorParts): void {
    this.#parts = parts
    this.#worker = workerOf(parts, this.#timing)
    const before = this.#changing
    this.#changing = new AbortController()
    before.abort()
  }

  /** A target whose keys are gone: nothing here shows it or asks for it any more. A stay begun before keeps it to its end. */
  forget(name: string): void {
    const targets = this.#parts.targets.filter(({ target }) => target.name !== name)
    this.adopt({ ...this.#parts, targets })
  }

  /** Queues these layers of these targets (all of them by default); throws BUSY when the store cannot be written. */
  enqueue(reason: string, layers: readonly Layer[] = ALL, names?: readonly string[]): readonly Ticket[] {
    const { store, targets, time } = this.parts
    const wanted = targets.map(({ target }) => target).filter(({ name }) => names?.includes(name) ?? true)
    return enqueue(store, requestsOf(wanted, layers), { kind: 'manual', reason, nowMs: time.wallMs() })
  }

  /** Works off what is queued. Throws MirrorError BUSY beside another worker. */
  async sync(signal: AbortSignal): Promise<DrainResult> {
    try {
      await tellFence(this.parts, signal)
      return await this.#worker.drain(signal)
    } finally {
      await this.parts.outbox?.flush(TELL_MS)
    }
  }

  /** Works until the signal fires. */
  async run(signal: AbortSignal): Promise<void> {
    try {
      await tellFence(this.parts, signal)
      await this.#worker.run(signal)
    } finally {
      await this.parts.outbox?.flush(TELL_MS)
    }
  }

  close(): void {
    this.parts.outbox?.close()
    this.parts.store.close()
  }
}

function workerOf(parts: MirrorParts, timing: Partial<WorkerTiming>): Worker {
  const targets = parts.targets.map(({ target }) => target).filter(({ enabled }) => enabled)
  const { store, alert, time, random, log } = parts
  return createWorker(
    { targets: targets.map((target) => workerTarget(store, target)), timing },
    {
      store,
      runLayer: (mirror, layer, signal) => runLayer(parts, findTarget(parts.targets, mirror), layer, signal),
      runRoles: (mirror, signal) => settleRoles(parts, findTarget(parts.targets, mirror), signal),
      classOf,
      alert,
      time,
      random,
      log,
    },
  )
}
