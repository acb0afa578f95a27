import { randomUUID } from 'node:crypto'
import { errorCode, type Logger, type TimeSource } from '@montana/foundation'
import { MirrorError } from '../contracts/errors.js'
import { ownIdentity } from '../files/process-identity.js'
import type { MirrorStore } from '../store/mirror-store.js'
import type { WorkerTiming } from './constants.js'

interface LeaseModules {
  readonly store: MirrorStore
  readonly time: TimeSource
  readonly log: Logger
}

/** The lease row in the hands of one worker: renewed while it works, given back at its end. Spec repository-mirror 5. */
export class HeldLease {
  readonly owner = `${process.pid}-${randomUUID().slice(0, 8)}`
  readonly #modules: LeaseModules
  readonly #timing: WorkerTiming
  readonly #lost = new AbortController()
  #timer: NodeJS.Timeout | undefined

  constructor(modules: LeaseModules, timing: WorkerTiming) {
    this.#modules = modules
    this.#timing = timing
  }

  /** Fires when another worker has taken it. */
  get lost(): AbortSignal {
    return this.#lost.signal
  }

  /** Throws MirrorError BUSY that names who works. */
  take(): void {
    const { store, time } = this.#modules
    const nowMs = time.wallMs()
    const wanted = { ...ownIdentity(), owner: this.owner, expiresAtMs: nowMs + this.#timing.leaseMs }
    const holder = store.lease.acquire(wanted, nowMs)
    if (holder !== undefined) throw busy(holder.pid)
    this.#timer = setInterval(() => this.#renew(), this.#timing.renewMs)
  }

  /** Within a transaction: what is written is written by the one who may. */
  isOurs(): boolean {
    return !this.#lost.signal.aborted && this.#modules.store.lease.holder()?.owner === this.owner
  }

  giveBack(): void {
    clearInterval(this.#timer)
    this.#modules.store.lease.release(this.owner)
  }

  #renew(): void {
    const { store, time, log } = this.#modules
    try {
      if (!store.lease.renew(this.owner, time.wallMs() + this.#timing.leaseMs)) this.#lost.abort()
    } catch (error) {
      // The next renewal comes long before the lease ends.
      log.warn({ code: errorCode(error) }, 'the lease of the queue was not renewed')
    }
  }
}

function busy(pid: number): MirrorError {
  const remedy = 'what was asked for is queued and that process does it; stop it first to do it here'
  return new MirrorError('BUSY', `process ${pid} works on the queue`, { remedy, metadata: { pid } })
}
