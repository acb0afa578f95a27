import type { Acquisition, Lease, Logger, Renewal } from '@montana/foundation'
import type { Bound } from '../../config/bounds/types.js'
import type { GroupConfig } from '../../config/types.js'
import type { LeaseObservation } from '../../core/types.js'
import type { Epoch } from '../../epoch.js'
import { FailoverError } from '../../errors.js'
import type { PolicyCoordinator, Transfer } from '../types.js'
import { acquireStep, type Candidacy, isAlreadyDone } from './acquire.js'
import type { EtcdCluster, EtcdConfig } from './cluster.js'
import { ACQUIRE_ATTEMPTS } from './constants.js'
import { failureOf } from './failure.js'
import { without } from './hold.js'
import { LeaseKeeper } from './keeper.js'
import { Observer } from './observer.js'
import type { Claimant } from './requests.js'
import { policyKeys, type Snapshot } from './snapshot.js'
import { PolicyStore } from './store.js'
import { transferLeadership } from './transfer.js'

export interface EtcdCoordinatorOptions {
  readonly config: GroupConfig
  readonly etcd: EtcdConfig
  readonly policy: string
  /** Name of this host; one of the chain. */
  readonly self: string
}

export interface EtcdCoordinatorModules {
  /** Shared by all policies; whoever opened it closes it. */
  readonly cluster: EtcdCluster
  /** The monotonic clock that the decision core uses too. */
  readonly nowMs: () => number
  readonly logger: Logger
}

/**
 * One lease in an etcd cluster decides who leads one policy. Spec three-mirror 6.2.
 *
 * A request takes at most half a second; `acquire` and `transfer` make a few, one after the other. They, `release` and the
 * upkeep of `observe` are carried out one at a time, renewals beside them.
 */
export class EtcdCoordinator implements PolicyCoordinator {
  readonly #store: PolicyStore
  readonly #keeper: LeaseKeeper
  readonly #observer: Observer
  readonly #chain: readonly string[]
  readonly #self: string
  readonly #address: string

  /** Throws RangeError for a host that is not of the chain. */
  constructor({ config, etcd, policy, self }: EtcdCoordinatorOptions, modules: EtcdCoordinatorModules) {
    const { cluster, nowMs } = modules
    this.#chain = config.policies[policy]?.chain ?? []
    const host = config.hosts[self]
    if (host === undefined || !this.#chain.includes(self)) throw new RangeError(`${self} is not a host of ${policy}`)
    this.#self = self
    this.#address = host.address
    this.#store = new PolicyStore(policyKeys(config.group, policy), cluster, nowMs)
    this.#keeper = new LeaseKeeper(config, etcd, policy, this.#store)
    this.#observer = new Observer(
      { self, address: host.address },
      { ...modules, store: this.#store, keeper: this.#keeper },
    )
  }

  async acquire(floor: Epoch, signal: AbortSignal): Promise<Acquisition> {
    try {
      return await this.#keeper.inOrder(() => this.#acquire(floor, signal))
    } catch (error) {
      return failureOf(error)
    }
  }

  async renew(signal: AbortSignal): Promise<Renewal> {
    if (this.#lease() === null) return { kind: 'lost' }
    try {
      const fresh = await this.#keeper.prolong(signal)
      if (fresh !== null) this.#keeper.settle(fresh.found, fresh.lease.sentAtMs)
    } catch (error) {
      return { kind: 'unreachable', message: failureOf(error).message }
    }
    const lease = this.#lease()
    return lease === null ? { kind: 'lost' } : { kind: 'renewed', lease }
  }

  async release(signal: AbortSignal): Promise<void> {
    await this.#keeper.inOrder(async () => {
      const { lease } = this.#keeper.hold
      if (lease === null) return
      this.#keeper.hold = without(this.#keeper.hold, lease)
      await this.#store.revoke(lease, signal).catch(failureOf)
    })
  }

  /** Throws FailoverError ETCD_UNREACHABLE, ETCD_REFUSED or ETCD_ANSWER_INVALID. */
  async epoch(signal: AbortSignal): Promise<Epoch> {
    const { epoch } = await this.#store.read(signal)
    if (epoch.value !== null) return epoch.value
    throw new FailoverError('ETCD_ANSWER_INVALID', `the value of ${this.#store.keys.epoch} is not an epoch`)
  }

  async transfer(target: string, signal: AbortSignal): Promise<Transfer> {
    const chainIndex = this.#chain.indexOf(target)
    if (chainIndex < 0 || target === this.#self) return { kind: 'refused', message: `${target} is not another host` }
    const move = { target, chainIndex }
    try {
      return await this.#keeper.inOrder(() => transferLeadership(this.#keeper, this.#store, move, signal))
    } catch (error) {
      const { kind, message } = failureOf(error)
      return { kind, message }
    }
  }

  observe(signal: AbortSignal): AsyncIterable<LeaseObservation> {
    return this.#observer.observe(signal)
  }

  bound(): Bound {
    return this.#keeper.bound()
  }

  async #acquire(floor: Epoch, signal: AbortSignal): Promise<Acquisition> {
    const { lease, found } = await this.#keeper.fresh(signal)
    const claimant: Claimant = { host: this.#self, address: this.#address, lease: lease.id }
    const candidacy = { keys: this.#store.keys, claimant, chainIndex: this.#chain.indexOf(this.#self), floor }
    return await this.#campaign(candidacy, found, signal)
  }

  async #campaign(candidacy: Candidacy, first: Snapshot, signal: AbortSignal): Promise<Acquisition> {
    let found = first
    for (let attempt = 0; attempt < ACQUIRE_ATTEMPTS; attempt++) {
      const step = acquireStep(candidacy, found)
      if (step.kind === 'end') return step.result
      const outcome = await this.#store.txn(step.txn, signal)
      found = outcome.found
      if (outcome.isDone || isAlreadyDone(candidacy, found, step.epoch)) return this.#acquired(step.epoch, found)
    }
    return { kind: 'unreachable', message: 'the epoch was raised by others again and again' }
  }

  #acquired(epoch: Epoch, { revision }: Snapshot): Acquisition {
    this.#keeper.hold = { ...this.#keeper.hold, epoch, revision }
    const lease = this.#lease()
    return lease === null ? { kind: 'unreachable', message: 'the lease ended meanwhile' } : { kind: 'acquired', lease }
  }

  /** That of the own leadership. */
  #lease(): Lease | null {
    const { lease, epoch } = this.#keeper.hold
    return lease === null || epoch === null ? null : { epoch, sentAtMs: lease.sentAtMs, ttlMs: lease.ttlMs }
  }
}
