import { type Acquisition, errorCode, errorMessage, isAbort, type Logger } from '@montana/foundation'
import type { LeaseObservation } from '../../core/types.js'
import type { Epoch } from '../../epoch.js'
import type { PolicyCoordinator } from '../types.js'

type Listener = (lease: LeaseObservation) => void

/** The effects of the decision core on one side, its observations on the other. Nothing here is waited for. */
export class CoordinatorLeasePort {
  readonly #coordinator: PolicyCoordinator
  readonly #nowMs: () => number
  readonly #logger: Logger
  readonly #closing = new AbortController()
  /** What gives a lease back goes on while we close: it takes a second at most, an expiry takes all of the TTL. */
  readonly #giving = new AbortController().signal
  readonly #listeners = new Set<Listener>()
  readonly #running = new Set<Promise<void>>()
  #isAcquiring = false

  /** Observes from now on. */
  constructor(coordinator: PolicyCoordinator, { nowMs, logger }: { nowMs: () => number; logger: Logger }) {
    this.#coordinator = coordinator
    this.#nowMs = nowMs
    this.#logger = logger
    this.#start(() => this.#observe())
  }

  /** Once at a time: the core asks again every half second. */
  acquire(floor: Epoch): void {
    if (this.#isAcquiring) return
    this.#isAcquiring = true
    this.#start(async () => {
      try {
        await this.#acquire(floor)
      } finally {
        this.#isAcquiring = false
      }
    })
  }

  renew(): void {
    this.#start(async () => {
      const renewal = await this.#coordinator.renew(this.#closing.signal)
      if (renewal.kind !== 'renewed') return this.#emit({ kind: renewal.kind })
      const { sentAtMs, ttlMs } = renewal.lease
      this.#emit({ kind: 'renewed', sentAtMs, grantedTtlMs: ttlMs })
    })
  }

  release(): void {
    this.#start(() => this.#release())
  }

  /** The service has stopped: whatever comes of it, this host leads no more. What cannot be moved is given back. */
  transfer(target: string): void {
    this.#start(async () => {
      const result = await this.#coordinator.transfer(target, this.#giving)
      if (result.kind === 'moved' || result.kind === 'lost') return this.#emit({ kind: 'lost' })
      this.#logger.warn({ target, reason: result.message }, 'the lease could not be moved and is given back')
      await this.#release()
    })
  }

  onObservation(listener: Listener): () => void {
    this.#listeners.add(listener)
    return () => {
      this.#listeners.delete(listener)
    }
  }

  /** Ends all other calls and waits. A lease that is still held ends by itself: its service may not have stopped. */
  async close(): Promise<void> {
    this.#closing.abort()
    await Promise.all(this.#running)
  }

  async #acquire(floor: Epoch): Promise<void> {
    const sentAtMs = this.#nowMs()
    const result = await this.#coordinator.acquire(floor, this.#closing.signal)
    this.#emit(observationOf(result, sentAtMs))
    if (result.kind === 'refused') this.#logger.warn({ code: result.code, reason: result.message }, 'no lease')
  }

  async #release(): Promise<void> {
    await this.#coordinator.release(this.#giving)
    this.#emit({ kind: 'lost' })
  }

  async #observe(): Promise<void> {
    for await (const observation of this.#coordinator.observe(this.#closing.signal)) this.#emit(observation)
  }

  #emit(observation: LeaseObservation): void {
    for (const listener of this.#listeners) listener(observation)
  }

  #start(work: () => Promise<void>): void {
    const running = work().catch((error: unknown) => {
      if (isAbort(error)) return
      this.#logger.error({ code: errorCode(error), reason: errorMessage(error) }, 'the coordinator failed')
    })
    this.#running.add(running)
    void running.finally(() => this.#running.delete(running))
  }
}

function observationOf(result: Acquisition, sentAtMs: number): LeaseObservation {
  switch (result.kind) {
    case 'acquired': {
      const { epoch, sentAtMs, ttlMs } = result.lease
      return { kind: 'acquired', sentAtMs, grantedTtlMs: ttlMs, epoch }
    }
    case 'held':
      return { kind: 'holder', host: result.by, epoch: result.epoch, sentAtMs }
    case 'refused':
      return { kind: 'refused', code: result.code }
    case 'unreachable':
      return { kind: 'unreachable' }
  }
}
