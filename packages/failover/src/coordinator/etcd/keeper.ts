import type { Bound } from '../../config/bounds/types.js'
import type { GroupConfig } from '../../config/types.js'
import type { LeaseObservation } from '../../core/types.js'
import { FailoverError } from '../../errors.js'
import { boundWithTtl } from '../lease-time.js'
import type { EtcdConfig } from './cluster.js'
import { type Hold, NOTHING_HELD, type OwnLease, prolonged, settle, without } from './hold.js'
import { ttlRaisedMessage } from './report.js'
import type { Snapshot } from './snapshot.js'
import type { PolicyStore } from './store.js'

export interface Fresh {
  readonly lease: OwnLease
  readonly found: Snapshot
}

/** The lease of this host for one policy: one at a time, whether it leads with it or stands by. */
export class LeaseKeeper {
  hold: Hold = NOTHING_HELD
  readonly #config: GroupConfig
  readonly #etcd: EtcdConfig
  readonly #policy: string
  readonly #store: PolicyStore
  #ttlMs: number
  #last: Promise<unknown> = Promise.resolve()

  constructor(config: GroupConfig, etcd: EtcdConfig, policy: string, store: PolicyStore) {
    this.#config = config
    this.#etcd = etcd
    this.#policy = policy
    this.#store = store
    this.#ttlMs = etcd.ttlSeconds * 1000
  }

  bound(): Bound {
    return boundWithTtl(this.#config, this.#policy, this.#ttlMs)
  }

  /** One after the other what takes, gives or gives back; a renewal goes beside it. */
  async inOrder<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#last.then(work, work)
    this.#last = turn.catch(() => {})
    return await turn
  }

  /** The own lease renewed, or a new one, and what the store holds. Throws FailoverError, also LEASE_TTL_RAISED. */
  async fresh(signal: AbortSignal): Promise<Fresh> {
    const fresh = (await this.prolong(signal)) ?? (await this.#granted(signal))
    await this.#requireFit(fresh.lease, signal)
    return fresh
  }

  /** Null: there is no lease, or it has ended. Throws FailoverError; the time of a lease that is held is not judged. */
  async prolong(signal: AbortSignal): Promise<Fresh | null> {
    const { lease: known } = this.hold
    if (known === null) return null
    const { lease, found } = await this.#store.prolong(known, signal)
    if (lease === null || found === null) {
      this.hold = without(this.hold, known)
      return null
    }
    this.hold = prolonged(this.hold, lease)
    this.#ttlMs = lease.ttlMs
    return { lease, found }
  }

  settle(found: Snapshot, sentAtMs: number): readonly LeaseObservation[] {
    const { hold, observations } = settle(this.hold, found, sentAtMs)
    this.hold = hold
    return observations
  }

  async #granted(signal: AbortSignal): Promise<Fresh> {
    const granting = this.#store.grant(this.#etcd.ttlSeconds, signal)
    const [lease, found] = await Promise.all([granting, this.#store.read(signal)])
    this.hold = { ...this.hold, lease, epoch: null }
    this.#ttlMs = lease.ttlMs
    return { lease, found }
  }

  /** A lease that lasts too long would break the promise of the group: nobody takes over with it. Spec three-mirror 6.2. */
  async #requireFit(lease: OwnLease, signal: AbortSignal): Promise<void> {
    const bound = this.bound()
    if (bound.isKept || this.hold.epoch !== null) return
    this.hold = without(this.hold, lease)
    await this.#store.revoke(lease, signal).catch(() => {})
    throw new FailoverError('LEASE_TTL_RAISED', ttlRaisedMessage(this.#etcd.ttlSeconds, bound), {
      field: 'coordinator.ttlSeconds',
      remedy: 'give etcd a shorter election timeout, raise maxRecoveryMs, or use the coordinator chain',
      metadata: { grantedTtlMs: lease.ttlMs },
    })
  }
}
