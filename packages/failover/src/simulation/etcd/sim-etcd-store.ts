import type { Range, Txn, TxnCompare, TxnOperation, TxnResult } from '../../coordinator/etcd/member.js'
import type { KeyValue } from '../../coordinator/etcd/wire.js'
import type { Scheduler } from '../scheduler.js'

interface StoredLease {
  readonly ttlMs: number
  /** Of the cluster's time; a later renewal has another. */
  expiry: number
}

/** How the time of the cluster goes against that of the hosts. */
export interface EtcdClock {
  /** 0.99: a lease ends one per cent early, the most that is assumed. Spec three-mirror 10.5. */
  readonly rate: number
  /** A lease ends up to so much later than that. */
  readonly lateMs: () => number
}

/**
 * What an etcd cluster agrees upon: keys with revisions, transactions, leases that take their keys with them. One copy:
 * it is linearizable because there is nothing else. Takes and gives what the gateway takes and gives.
 */
export class SimEtcdStore {
  readonly #scheduler: Scheduler
  readonly #clock: EtcdClock
  readonly #keys = new Map<string, KeyValue>()
  readonly #leases = new Map<bigint, StoredLease>()
  /** Raised when somebody else leads the cluster. */
  term = 2n
  revision = 1n
  /** Without a leader no lease ends. */
  isLed = true
  /** Told of each lease that ends by its time, before its keys go, and of each change. */
  onExpiry: (keys: readonly KeyValue[]) => void = () => {}
  onChange: () => void = () => {}

  constructor(scheduler: Scheduler, clock: EtcdClock) {
    this.#scheduler = scheduler
    this.#clock = clock
  }

  grant(id: bigint, ttlMs: number): void {
    if (!this.#leases.has(id)) this.#leases.set(id, { ttlMs, expiry: 0 })
    this.#prolong(id)
  }

  /** Milliseconds; null: it has ended. */
  keepAlive(id: bigint): number | null {
    this.#prolong(id)
    return this.#leases.get(id)?.ttlMs ?? null
  }

  revoke(id: bigint): void {
    if (this.#leases.delete(id)) this.#dropKeysOf(id)
  }

  range(prefix: string): Range {
    const kvs = [...this.#keys.values()].filter(({ key }) => key.startsWith(prefix))
    return { revision: this.revision, term: this.term, kvs }
  }

  txn({ compare, success, failure }: Txn): TxnResult {
    const isDone = compare.every((condition) => this.#holds(condition))
    const operations = isDone ? success : failure
    if (operations.some((operation) => 'request_put' in operation)) this.revision++
    const kvs = operations.flatMap((operation) => this.#operate(operation))
    if (isDone) this.onChange()
    return { isDone, revision: this.revision, term: this.term, kvs }
  }

  /** A new leader of the cluster gives every lease all of its time again. */
  elect(): void {
    this.term++
    this.isLed = true
    for (const id of this.#leases.keys()) this.#prolong(id)
  }

  /** What no cluster may do; for tests that plant it. */
  forgetLeases(): void {
    for (const id of [...this.#leases.keys()]) this.revoke(id)
  }

  #prolong(id: bigint): void {
    const lease = this.#leases.get(id)
    if (!lease) return
    const expiry = ++lease.expiry
    const { rate, lateMs } = this.#clock
    this.#scheduler.after(lease.ttlMs * rate + lateMs(), () => {
      if (this.isLed && this.#leases.get(id) === lease && lease.expiry === expiry) this.#expire(id)
    })
  }

  #expire(id: bigint): void {
    this.onExpiry(this.#keysOf(id))
    this.revoke(id)
  }

  #keysOf(id: bigint): KeyValue[] {
    return [...this.#keys.values()].filter(({ lease }) => lease === id)
  }

  #dropKeysOf(id: bigint): void {
    const keys = this.#keysOf(id)
    if (keys.length === 0) return
    this.revision++
    for (const { key } of keys) this.#keys.delete(key)
    this.onChange()
  }

  #holds(condition: TxnCompare): boolean {
    const found = this.#keys.get(text(condition.key))
    if (condition.target === 'CREATE') return (found?.create_revision ?? 0n) === BigInt(condition.create_revision)
    if (condition.target === 'MOD') return (found?.mod_revision ?? 0n) === BigInt(condition.mod_revision)
    return found !== undefined && found.lease === BigInt(condition.lease)
  }

  #operate(operation: TxnOperation): readonly KeyValue[] {
    if ('request_range' in operation) return this.range(text(operation.request_range.key)).kvs
    const { key, value, lease } = operation.request_put
    const name = text(key)
    const created = this.#keys.get(name)?.create_revision ?? this.revision
    const stored = { key: name, value: text(value), lease: BigInt(lease), mod_revision: this.revision }
    this.#keys.set(name, { ...stored, create_revision: created })
    return []
  }
}

function text(base64: string): string {
  return Buffer.from(base64, 'base64').toString('utf8')
}
