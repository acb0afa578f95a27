import { errorCode, sleep } from '@montana/foundation'
import type { Layer } from '../contracts/config.js'
import type { Job } from '../contracts/store.js'
import type { WorkerTiming } from './constants.js'
import { enqueue } from './enqueue.js'
import type { HeldLease } from './held-lease.js'
import { dueLayers, hasWork, isDue, isSpaced } from './schedule.js'
import { readSpool, removeSpooled } from './spool.js'
import { TargetRun } from './target-run.js'
import type { WorkerModules, WorkerTarget } from './worker-types.js'

const RECONCILED = 'reconciled:'
const FINGERPRINT = 'fingerprint:'

/** One stay at the lease: what a worker does in each turn, and what it has running. */
export class Session {
  readonly #modules: WorkerModules
  readonly #targets: readonly WorkerTarget[]
  readonly #timing: WorkerTiming
  readonly #lease: HeldLease
  readonly #busy = new Map<string, Promise<void>>()
  readonly #lastStartMs = new Map<string, number>()
  /** Jobs that failed in this stay: a drain does not wait for their next try. */
  readonly #failed = new Set<string>()
  #isOver = false
  #runs = 0

  constructor(modules: WorkerModules, targets: readonly WorkerTarget[], timing: WorkerTiming, lease: HeldLease) {
    this.#modules = modules
    this.#targets = targets
    this.#timing = timing
    this.#lease = lease
  }

  get runs(): number {
    return this.#runs
  }

  get running(): readonly Promise<void>[] {
    return [...this.#busy.values()]
  }

  /** What a worker that died left, and what a new configuration makes worth another try. */
  begin(): void {
    const { store } = this.#modules
    store.transaction(() => {
      this.#recover()
      for (const { name, fingerprint } of this.#targets) {
        const known = store.notes.get(FINGERPRINT + name)
        if (known !== undefined && known !== fingerprint) store.jobs.unblock(name, this.#nowMs())
        if (known !== fingerprint) store.notes.set(FINGERPRINT + name, fingerprint)
      }
    })
  }

  /** Takes in what hooks could not write themselves. */
  takeSpool(): void {
    const { store } = this.#modules
    const nowMs = this.#nowMs()
    const spooled = readSpool(store.folder, nowMs)
    if (spooled.length === 0) return
    store.transaction(() => {
      // They have waited: no debounce on top.
      const init = { kind: 'change', nowMs, debounceMs: 0 } as const
      for (const { requests, reason } of spooled) enqueue(store, requests, { ...init, reason })
    })
    removeSpooled(spooled)
  }

  /** Each target is compared as a whole from time to time, whatever hooks have said. */
  requestReconciles(): void {
    const nowMs = this.#nowMs()
    for (const { name, layers } of this.#targets) {
      const ageMs = nowMs - Number(this.#modules.store.notes.get(RECONCILED + name) ?? Number.NEGATIVE_INFINITY)
      if (ageMs < 0 || ageMs >= this.#timing.reconcileMs) this.#requestReconcile(name, layers, nowMs)
    }
  }

  /** Begins a run of each target that has something due and none running. */
  startDue(signal: AbortSignal): void {
    if (signal.aborted || this.#modules.store.isPaused()) return
    const nowMs = this.#nowMs()
    for (const target of this.#targets) {
      if (this.#busy.has(target.name) || !this.#isSpaced(target.name, nowMs)) continue
      const layers = dueLayers(this.#jobsOf(target), this.#hasSucceeded(target.name), nowMs, this.#timing)
      if (layers.length > 0) this.#start(target, layers, signal)
    }
  }

  /** Whether something runs, or will before long and without having failed in this stay. */
  hasMore(): boolean {
    if (this.#busy.size > 0) return true
    if (this.#modules.store.isPaused()) return false
    const nowMs = this.#nowMs()
    const waits = (job: Job) => this.#failed.has(keyOf(job)) || (job.attempts > 0 && !isDue(job, nowMs, this.#timing))
    return this.#targets.some((target) => hasWork(this.#jobsOf(target), this.#hasSucceeded(target.name), waits))
  }

  /** Of the targets that are worked on. */
  jobs(): readonly Job[] {
    return this.#targets.flatMap((target) => this.#jobsOf(target))
  }

  /** Waits for what runs as long as a child may take to end; then lets go, and whatever still runs writes nothing more. */
  async end(): Promise<void> {
    const grace = new AbortController()
    const ended = Promise.allSettled(this.running).then(() => grace.abort())
    await Promise.race([ended, sleep(this.#timing.stopGraceMs, grace.signal).catch(() => {})])
    this.#isOver = true
    this.#letGo()
  }

  /** A store that is locked now stays as it is: the next worker finds a lease without a process, and recovers. */
  #letGo(): void {
    try {
      if (this.#lease.isOurs()) this.#modules.store.transaction(() => this.#recover())
      this.#lease.giveBack()
    } catch (error) {
      this.#modules.log.warn({ code: errorCode(error) }, 'the queue was left as it is')
    }
  }

  #requestReconcile(name: string, layers: readonly Layer[], nowMs: number): void {
    const { store } = this.#modules
    const requests = layers.map((layer) => ({ mirror: name, layer }))
    store.transaction(() => {
      enqueue(store, requests, { kind: 'reconcile', reason: 'reconcile', nowMs })
      store.notes.set(RECONCILED + name, String(nowMs))
    })
  }

  #start(target: WorkerTarget, layers: readonly Layer[], signal: AbortSignal): void {
    const { name } = target
    this.#lastStartMs.set(name, this.#nowMs())
    const run = new TargetRun(target, this.#modules, this.#timing, (work) => this.#persist(work))
    const ended = run.run(layers, signal).then(
      (runs) => this.#count(target, runs),
      (error: unknown) => this.#modules.log.error({ mirror: name, code: errorCode(error) }, 'a run broke off'),
    )
    const forgotten = ended.finally(() => this.#busy.delete(name))
    this.#busy.set(name, forgotten)
  }

  #count(target: WorkerTarget, runs: number): void {
    this.#runs += runs
    const jobs = this.#isOver ? [] : this.#jobsOf(target)
    for (const job of jobs.filter(({ attempts }) => attempts > 0)) this.#failed.add(keyOf(job))
  }

  /** A run whose roles fail leaves no attempt, so the beginning is kept here too. */
  #isSpaced(name: string, nowMs: number): boolean {
    const lastMs = Math.max(this.#modules.store.attempts.lastStartMs(name) ?? 0, this.#lastStartMs.get(name) ?? 0)
    return isSpaced(lastMs, nowMs, this.#timing)
  }

  #jobsOf({ name, layers }: WorkerTarget): readonly Job[] {
    return layers.flatMap((layer) => this.#modules.store.jobs.get(name, layer) ?? [])
  }

  #hasSucceeded(name: string): (layer: Layer) => boolean {
    return (layer) => this.#modules.store.layers.get(name, layer).lastSuccessAtMs !== null
  }

  /** Undefined: this worker is over, or is no longer the one who may write. */
  async #persist<T>(work: () => T): Promise<T | undefined> {
    while (!this.#isOver) {
      try {
        return this.#modules.store.transaction(() => (this.#lease.isOurs() ? work() : undefined))
      } catch (error) {
        if (errorCode(error) !== 'BUSY') throw error
        await sleep(this.#timing.pollMs)
      }
    }
    return undefined
  }

  #recover(): void {
    const { store } = this.#modules
    const nowMs = this.#nowMs()
    store.attempts.interrupt(nowMs)
    const running = store.jobs.all().filter(({ state }) => state === 'running')
    for (const { mirror, layer } of running) store.layers.change(mirror, layer, { status: 'pending' })
    store.jobs.recover(nowMs)
  }

  #nowMs(): number {
    return this.#modules.time.wallMs()
  }
}

function keyOf({ mirror, layer }: Job): string {
  return `${mirror}/${layer}`
}
