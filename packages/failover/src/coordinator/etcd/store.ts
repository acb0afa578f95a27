import { randomBytes } from 'node:crypto'
import { FailoverError } from '../../errors.js'
import type { EtcdCluster } from './cluster.js'
import type { OwnLease } from './hold.js'
import type { EtcdMember, Range, Txn } from './member.js'
import { type PolicyKeys, type Snapshot, snapshotOf } from './snapshot.js'

export interface TxnOutcome {
  readonly isDone: boolean
  /** What the store held instead; of a transaction that was carried out only revision and term are of use. */
  readonly found: Snapshot
}

export interface Prolonged {
  /** Null: the lease has ended. */
  readonly lease: OwnLease | null
  readonly found: Snapshot | null
}

/** The keys of one policy in a cluster. Errors as of `EtcdCluster.first`. */
export class PolicyStore {
  readonly keys: PolicyKeys
  readonly #cluster: EtcdCluster
  readonly #nowMs: () => number

  constructor(keys: PolicyKeys, cluster: EtcdCluster, nowMs: () => number) {
    this.keys = keys
    this.#cluster = cluster
    this.#nowMs = nowMs
  }

  async read(signal: AbortSignal): Promise<Snapshot> {
    return await this.#cluster.first((member, inner) => this.#readAt(member, inner), signal)
  }

  async txn(body: Txn, signal: AbortSignal): Promise<TxnOutcome> {
    const result = await this.#cluster.first((member, inner) => member.txn(body, inner), signal)
    return { isDone: result.isDone, found: this.#snapshot(result) }
  }

  async grant(ttlSeconds: number, signal: AbortSignal): Promise<OwnLease> {
    const id = newLeaseId()
    const sentAtMs = this.#nowMs()
    const { ttlMs } = await this.#cluster.first((member, inner) => member.grant(id, ttlSeconds, inner), signal)
    return { id, ttlMs, sentAtMs }
  }

  /**
   * Renews at all members at once, and counts a renewal only when a linearizable read sent after it is answered in the
   * same raft term. A leader of etcd whose disk hangs does not learn that it was replaced and goes on acknowledging
   * renewals, long after the lease has ended in its cluster and another host has it (measured with 3.4.23).
   */
  async prolong({ id }: OwnLease, signal: AbortSignal): Promise<Prolonged> {
    const sentAtMs = this.#nowMs()
    return await this.#cluster.first(async (member, inner) => {
      const { ttlMs, term } = await member.keepAlive(id, inner)
      if (ttlMs === null) return { lease: null, found: null }
      const found = await this.#readAt(member, inner)
      if (found.term !== term) throw new FailoverError('ETCD_UNREACHABLE', `${member.url}: etcd has a new leader`)
      return { lease: { id, ttlMs, sentAtMs }, found }
    }, signal)
  }

  async revoke({ id }: OwnLease, signal: AbortSignal): Promise<void> {
    await this.#cluster.first((member, inner) => member.revoke(id, inner), signal)
  }

  async #readAt(member: EtcdMember, signal: AbortSignal): Promise<Snapshot> {
    return this.#snapshot(await member.range(this.keys.prefix, signal))
  }

  #snapshot(range: Range): Snapshot {
    return snapshotOf(range, this.keys)
  }
}

/** Positive and not 0, which means "choose one". */
function newLeaseId(): bigint {
  return BigInt.asUintN(63, randomBytes(8).readBigUInt64BE()) || 1n
}
