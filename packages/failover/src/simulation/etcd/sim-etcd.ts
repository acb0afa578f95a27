import type { Range, Txn, TxnResult } from '../../coordinator/etcd/member.js'
import type { Scheduler } from '../scheduler.js'
import type { EtcdClock } from './sim-etcd-store.js'
import { SimEtcdStore } from './sim-etcd-store.js'

/** Whoever leads the cluster now was elected within this time. Spec three-mirror 6.2: measured 1.0 to 2.5 s. */
const ELECTION_MIN_MS = 1_000
const ELECTION_SPREAD_MS = 1_500

/** An answer to a renewal: `ttlMs` null, the lease has ended; `term` as the member knew it. */
export interface SimKeepAlive {
  readonly ttlMs: number | null
  readonly term: bigint
}

/** One member; null from a call: it does not answer. */
export class SimEtcdMember {
  readonly name: string
  readonly #cluster: SimEtcd
  #hungAtTerm: bigint | null = null
  isUp = true

  constructor(name: string, cluster: SimEtcd) {
    this.name = name
    this.#cluster = cluster
  }

  /** A leader whose disk hangs does not learn that it was replaced, and goes on acknowledging renewals: measured with 3.4.23. */
  hang(): void {
    this.#hungAtTerm = this.#cluster.store.term
  }

  restart(): void {
    this.isUp = true
    this.#hungAtTerm = null
  }

  get isSound(): boolean {
    return this.isUp && this.#hungAtTerm === null
  }

  grant(id: bigint, ttlMs: number): true | null {
    return this.#asked((store) => {
      store.grant(id, ttlMs)
      return true
    })
  }

  keepAlive(id: bigint, askedMs: number): SimKeepAlive | null {
    const term = this.#hungAtTerm
    if (this.isUp && term !== null) return { ttlMs: askedMs, term }
    return this.#asked((store) => ({ ttlMs: store.keepAlive(id), term: store.term }))
  }

  revoke(id: bigint): true | null {
    return this.#asked((store) => {
      store.revoke(id)
      return true
    })
  }

  range(prefix: string): Range | null {
    return this.#asked((store) => store.range(prefix))
  }

  txn(body: Txn): TxnResult | null {
    return this.#asked((store) => store.txn(body))
  }

  #asked<T>(run: (store: SimEtcdStore) => T): T | null {
    return this.isSound && this.#cluster.hasLeader ? run(this.#cluster.store) : null
  }
}

/** The members of one cluster around what they agree upon. They always reach each other; hosts reach them by the network. */
export class SimEtcd {
  readonly store: SimEtcdStore
  readonly members: ReadonlyMap<string, SimEtcdMember>
  /** Told of every change, by host; who has restarted takes the place of its earlier life. */
  readonly watchers = new Map<string, () => void>()
  readonly #scheduler: Scheduler
  readonly #random: () => number
  #leader: string | null
  #electedMs = 0

  constructor(names: readonly string[], scheduler: Scheduler, random: () => number, clock: EtcdClock) {
    this.#scheduler = scheduler
    this.#random = random
    this.store = new SimEtcdStore(scheduler, clock)
    this.members = new Map(names.map((name) => [name, new SimEtcdMember(name, this)]))
    this.store.onChange = () => {
      for (const tell of this.watchers.values()) tell()
    }
    this.#leader = names[0] ?? null
  }

  get leader(): string | null {
    return this.#leader
  }

  /** A member that can order changes: elected, with a quorum of sound members. */
  get hasLeader(): boolean {
    return this.#leader !== null && this.#scheduler.nowMs >= this.#electedMs
  }

  crash(name: string): void {
    const member = this.members.get(name)
    if (member) member.isUp = false
    this.#elect()
  }

  hang(name: string): void {
    this.members.get(name)?.hang()
    this.#elect()
  }

  restart(name: string): void {
    this.members.get(name)?.restart()
    this.#elect()
  }

  /** Another leader where the one there was is gone, or nobody where no quorum is left: then no lease ends either. */
  #elect(): void {
    const sound = [...this.members.values()].filter(({ isSound }) => isSound)
    const hasQuorum = 2 * sound.length > this.members.size
    const isLed = this.#leader !== null && this.members.get(this.#leader)?.isSound === true
    if (hasQuorum && isLed) return
    this.#leader = hasQuorum ? (sound[0]?.name ?? null) : null
    this.store.isLed = false
    if (this.#leader === null) return
    const tookMs = ELECTION_MIN_MS + this.#random() * ELECTION_SPREAD_MS
    const electedMs = this.#scheduler.nowMs + tookMs
    this.#electedMs = electedMs
    this.#scheduler.after(tookMs, () => {
      if (this.#electedMs === electedMs && this.#leader !== null) this.store.elect()
    })
  }
}

/** Name of a member as an end of links: no host has such a name. */
export function etcdEnd(name: string): string {
  return `etcd:${name}`
}
