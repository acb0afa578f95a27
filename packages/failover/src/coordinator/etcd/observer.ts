import { errorCode, isAbort, type Logger } from '@montana/foundation'
import type { LeaseObservation } from '../../core/types.js'
import { FailoverError } from '../../errors.js'
import type { EtcdCluster } from './cluster.js'
import { READ_EVERY_MS, TTL_RETRY_MS } from './constants.js'
import { failureOf } from './failure.js'
import type { LeaseKeeper } from './keeper.js'
import { candidateTxn } from './requests.js'
import type { Snapshot } from './snapshot.js'
import type { PolicyStore } from './store.js'
import { Wake } from './wake.js'
import { ChangeWatch } from './watch.js'

interface ObserverModules {
  readonly cluster: EtcdCluster
  readonly store: PolicyStore
  readonly keeper: LeaseKeeper
  readonly nowMs: () => number
  readonly logger: Logger
}

/** Looks at the store every second and whenever the watch says so, and keeps the lease of a host that stands by. */
export class Observer {
  readonly #self: { readonly self: string; readonly address: string }
  readonly #modules: ObserverModules
  #seen: Snapshot | null = null
  #standByFromMs = Number.NEGATIVE_INFINITY

  constructor(self: { readonly self: string; readonly address: string }, modules: ObserverModules) {
    this.#self = self
    this.#modules = modules
  }

  async *observe(signal: AbortSignal): AsyncGenerator<LeaseObservation> {
    const [wake, stop] = [new Wake(), new AbortController()]
    const { cluster, store, logger } = this.#modules
    const revision = () => this.#seen?.revision ?? null
    const init = { cluster, prefix: store.keys.prefix, revision, onChange: () => wake.call(), logger }
    const watch = new ChangeWatch(init)
    const watching = watch.run(AbortSignal.any([signal, stop.signal]))
    try {
      yield* this.#looks(watch, wake, signal)
    } catch (error) {
      if (!isAbort(error)) throw error
    } finally {
      stop.abort()
      await watching
    }
  }

  async *#looks(watch: ChangeWatch, wake: Wake, signal: AbortSignal): AsyncGenerator<LeaseObservation> {
    const { nowMs } = this.#modules
    for (let isWoken = true; ; ) {
      const [startedMs, before] = [nowMs(), this.#seen]
      yield* await this.#look(signal)
      if (!isWoken && isOtherLeader(before, this.#seen)) watch.restart()
      isWoken = await wake.wait(Math.max(0, startedMs + READ_EVERY_MS - nowMs()), signal)
    }
  }

  /** One linearizable read and what follows from it. */
  async #look(signal: AbortSignal): Promise<readonly LeaseObservation[]> {
    const { keeper, nowMs, logger } = this.#modules
    const sentAtMs = nowMs()
    const refusals: LeaseObservation[] = []
    try {
      const found = await keeper.inOrder(() => this.#found(signal, refusals))
      if (found.revision >= (this.#seen?.revision ?? 0n)) this.#seen = found
      const settled = keeper.settle(found, sentAtMs)
      return [...refusals, ...settled]
    } catch (error) {
      const { kind, message } = failureOf(error)
      if (kind === 'refused') logger.warn({ code: errorCode(error), reason: message }, 'etcd does not let us read')
      return [...refusals, { kind: 'unreachable' }]
    }
  }

  async #found(signal: AbortSignal, refusals: LeaseObservation[]): Promise<Snapshot> {
    const { keeper, store, nowMs } = this.#modules
    if (keeper.hold.epoch === null && nowMs() >= this.#standByFromMs) {
      const found = await this.#standBy(signal).catch((error: unknown) => this.#withoutLease(error, refusals))
      if (found !== null) return found
    }
    return await store.read(signal)
  }

  /** Keeps a lease that the leadership can be moved to. */
  async #standBy(signal: AbortSignal): Promise<Snapshot> {
    const { keeper, store } = this.#modules
    const { lease, found } = await keeper.fresh(signal)
    const { self: host, address } = this.#self
    if (found.candidates.get(host)?.lease !== lease.id) {
      await store.txn(candidateTxn(store.keys, { host, address, lease: lease.id }), signal)
    }
    return found
  }

  /** Then nothing can be moved here, but what the others do is to be seen all the same. */
  #withoutLease(error: unknown, refusals: LeaseObservation[]): null {
    const { logger, nowMs } = this.#modules
    const failure = failureOf(error)
    if (failure.kind === 'unreachable') return null
    const { code, message: reason } = failure
    logger.warn({ code, reason }, 'this host holds no lease to take over with')
    if (error instanceof FailoverError && code === 'LEASE_TTL_RAISED') refusals.push({ kind: 'refused', code })
    this.#standByFromMs = nowMs() + TTL_RETRY_MS
    return null
  }
}

function isOtherLeader(before: Snapshot | null, now: Snapshot | null): boolean {
  return before?.leader?.lease !== now?.leader?.lease || before?.epoch.modRevision !== now?.epoch.modRevision
}
