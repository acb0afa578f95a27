import { REQUEST_TIMEOUT_MS } from '../../coordinator/etcd/constants.js'
import type { OwnLease } from '../../coordinator/etcd/hold.js'
import type { Range, Txn, TxnResult } from '../../coordinator/etcd/member.js'
import { type PolicyKeys, type Snapshot, snapshotOf } from '../../coordinator/etcd/snapshot.js'
import type { SimEtcdMember } from './sim-etcd.js'

/** Asks one member, over the network and back; `done` only with an answer, and only in the life of the host that asked. */
export type Exchange = <T>(
  member: SimEtcdMember,
  run: (member: SimEtcdMember) => T | null,
  done: (answer: T) => void,
) => void

export interface StoreWorld {
  readonly keys: PolicyKeys
  readonly members: readonly SimEtcdMember[]
  readonly exchange: Exchange
  readonly nowMs: () => number
  readonly later: (delayMs: number, run: () => void) => void
}

export interface Fresh {
  readonly lease: OwnLease
  readonly found: Snapshot
}

export type Failed = () => void

/** The requests of `PolicyStore` in virtual time: to all members at once, and the first that answers decides. */
export class SimPolicyStore {
  readonly #world: StoreWorld

  constructor(world: StoreWorld) {
    this.#world = world
  }

  read(done: (found: Snapshot) => void, failed: Failed): void {
    const { exchange, keys } = this.#world
    const run = (at: SimEtcdMember) => at.range(keys.prefix)
    this.#first<Range>(
      (member, answer) => exchange(member, run, answer),
      (range) => done(snapshotOf(range, keys)),
      failed,
    )
  }

  txn(body: Txn, done: (isDone: boolean, found: Snapshot) => void, failed: Failed): void {
    const { exchange, keys } = this.#world
    const run = (at: SimEtcdMember) => at.txn(body)
    const decided = (result: TxnResult) => done(result.isDone, snapshotOf(result, keys))
    this.#first<TxnResult>((member, answer) => exchange(member, run, answer), decided, failed)
  }

  grant(id: bigint, ttlMs: number, done: (lease: OwnLease) => void, failed: Failed): void {
    const lease: OwnLease = { id, ttlMs, sentAtMs: this.#world.nowMs() }
    const run = (at: SimEtcdMember) => at.grant(id, ttlMs)
    this.#first<true>(
      (member, answer) => this.#world.exchange(member, run, answer),
      () => done(lease),
      failed,
    )
  }

  /** Null: the lease has ended. A renewal counts with a read of the same term that was sent after it. */
  prolong(known: OwnLease, done: (fresh: Fresh | null) => void, failed: Failed): void {
    const lease = { ...known, sentAtMs: this.#world.nowMs() }
    const ended = 'ended'
    this.#first<Fresh | typeof ended>(
      (member, answer) => this.#prolongAt(member, lease, answer, () => answer(ended)),
      (fresh) => done(fresh === ended ? null : fresh),
      failed,
    )
  }

  /** Whatever comes of it. */
  revoke({ id }: OwnLease, end: () => void): void {
    const run = (at: SimEtcdMember) => at.revoke(id)
    this.#first<true>((member, answer) => this.#world.exchange(member, run, answer), end, end)
  }

  #prolongAt(member: SimEtcdMember, lease: OwnLease, done: (fresh: Fresh) => void, ended: () => void): void {
    const { exchange, keys } = this.#world
    const read = (ttlMs: number, term: bigint) =>
      exchange(
        member,
        (at) => at.range(keys.prefix),
        (range) => {
          if (range.term === term) done({ lease: { ...lease, ttlMs }, found: snapshotOf(range, keys) })
        },
      )
    exchange(
      member,
      (at) => at.keepAlive(lease.id, lease.ttlMs),
      ({ ttlMs, term }) => (ttlMs === null ? ended() : read(ttlMs, term)),
    )
  }

  #first<T>(
    ask: (member: SimEtcdMember, answer: (value: T) => void) => void,
    done: (value: T) => void,
    failed: Failed,
  ): void {
    let isOpen = true
    const close = (end: () => void) => {
      if (!isOpen) return
      isOpen = false
      end()
    }
    for (const member of this.#world.members) ask(member, (value) => close(() => done(value)))
    this.#world.later(REQUEST_TIMEOUT_MS, () => close(failed))
  }
}
