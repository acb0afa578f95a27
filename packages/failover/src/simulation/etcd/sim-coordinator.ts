import { acquireStep, type Candidacy, isAlreadyDone } from '../../coordinator/etcd/acquire.js'
import { ACQUIRE_ATTEMPTS, READ_EVERY_MS } from '../../coordinator/etcd/constants.js'
import { type Hold, NOTHING_HELD, type OwnLease, prolonged, settle, without } from '../../coordinator/etcd/hold.js'
import { candidateTxn, transferTxn } from '../../coordinator/etcd/requests.js'
import type { PolicyKeys, Snapshot } from '../../coordinator/etcd/snapshot.js'
import { moveOf } from '../../coordinator/etcd/transfer.js'
import type { LeaseObservation } from '../../core/types.js'
import type { Epoch } from '../../epoch.js'
import type { Failed, Fresh, SimPolicyStore } from './sim-policy-store.js'

/** What the coordinator of one policy on one host needs of its world, for one life of that host. */
export interface CoordinatorWorld {
  readonly host: string
  readonly chain: readonly string[]
  readonly keys: PolicyKeys
  readonly ttlMs: number
  readonly store: SimPolicyStore
  readonly nowMs: () => number
  readonly later: (delayMs: number, run: () => void) => void
  readonly newLeaseId: () => bigint
  readonly emit: (lease: LeaseObservation) => void
}

/**
 * What `EtcdCoordinator` and its port do, step by step in virtual time: the same pure decisions about acquisition, transfer
 * and what a read changes, around requests that take time, get lost or are carried out twice. Spec three-mirror 6.2.
 */
export class SimCoordinator {
  readonly #world: CoordinatorWorld
  readonly #tasks: ((finish: () => void) => void)[] = []
  #isBusy = false
  #isAcquiring = false
  #isLooking = false
  #isWoken = false
  #looks = 0
  hold: Hold = NOTHING_HELD

  constructor(world: CoordinatorWorld) {
    this.#world = world
    this.look()
  }

  acquire(floor: Epoch): void {
    if (this.#isAcquiring) return
    this.#isAcquiring = true
    this.#inOrder((finish) => {
      const end = (observation: LeaseObservation) => {
        this.#isAcquiring = false
        this.#world.emit(observation)
        finish()
      }
      this.#fresh(
        (fresh) => this.#campaign(this.#candidacy(fresh.lease, floor), fresh.found, ACQUIRE_ATTEMPTS, end),
        () => end(UNREACHABLE),
      )
    })
  }

  renew(): void {
    if (!this.#own()) return this.#world.emit({ kind: 'lost' })
    const report = () => {
      const own = this.#own()
      this.#world.emit(own ? { kind: 'renewed', sentAtMs: own.sentAtMs, grantedTtlMs: own.ttlMs } : { kind: 'lost' })
    }
    this.#prolong(
      (fresh) => {
        if (fresh) this.#settle(fresh.found, fresh.lease.sentAtMs)
        report()
      },
      () => this.#world.emit(UNREACHABLE),
    )
  }

  release(): void {
    this.#inOrder((finish) => this.#giveBack(finish))
  }

  transfer(target: string): void {
    this.#inOrder((finish) => {
      const giveBack = () => this.#giveBack(finish)
      this.#world.store.read((found) => this.#move(target, found, ACQUIRE_ATTEMPTS, finish, giveBack), giveBack)
    })
  }

  /** A linearizable read, every second and whenever something changed. */
  look(): void {
    this.#isWoken = true
    if (this.#isLooking) return
    this.#isLooking = true
    this.#isWoken = false
    const look = ++this.#looks
    const sentAtMs = this.#world.nowMs()
    this.#inOrder((finish) => {
      const end = (observations: readonly LeaseObservation[]) => {
        for (const observation of observations) this.#world.emit(observation)
        finish()
        this.#lookAgain(look, sentAtMs)
      }
      const seen = (found: Snapshot) => end(this.#settle(found, sentAtMs))
      const failed = () => end([UNREACHABLE])
      if (this.hold.epoch === null) this.#standBy(seen, failed)
      else this.#world.store.read(seen, failed)
    })
  }

  #lookAgain(look: number, startedMs: number): void {
    this.#isLooking = false
    if (this.#isWoken) return this.look()
    this.#world.later(Math.max(0, startedMs + READ_EVERY_MS - this.#world.nowMs()), () => {
      if (this.#looks === look) this.look()
    })
  }

  /** Keeps a lease that the leadership can be moved to. */
  #standBy(done: (found: Snapshot) => void, failed: Failed): void {
    this.#fresh(({ lease, found }) => {
      const { host, keys } = this.#world
      if (found.candidates.get(host)?.lease === lease.id) return done(found)
      this.#world.store.txn(candidateTxn(keys, { host, address: host, lease: lease.id }), () => done(found), failed)
    }, failed)
  }

  #campaign(candidacy: Candidacy, found: Snapshot, attempts: number, end: (seen: LeaseObservation) => void): void {
    const step = acquireStep(candidacy, found)
    if (step.kind === 'end') {
      const { result } = step
      const sentAtMs = this.#world.nowMs()
      return end(
        result.kind === 'held' ? { kind: 'holder', host: result.by, epoch: result.epoch, sentAtMs } : UNREACHABLE,
      )
    }
    if (attempts === 0) return end(UNREACHABLE)
    this.#world.store.txn(
      step.txn,
      (isDone, after) => {
        if (!isDone && !isAlreadyDone(candidacy, after, step.epoch)) {
          return this.#campaign(candidacy, after, attempts - 1, end)
        }
        this.hold = { ...this.hold, epoch: step.epoch, revision: after.revision }
        end(this.#acquired())
      },
      () => end(UNREACHABLE),
    )
  }

  #acquired(): LeaseObservation {
    const { lease, epoch } = this.hold
    if (lease === null || epoch === null) return UNREACHABLE
    return { kind: 'acquired', sentAtMs: lease.sentAtMs, grantedTtlMs: lease.ttlMs, epoch }
  }

  #move(target: string, found: Snapshot, attempts: number, finish: () => void, giveBack: () => void): void {
    const move = moveOf(this.hold, found, { target, chainIndex: this.#world.chain.indexOf(target) })
    const ended = (revision: bigint) => {
      this.hold = { ...this.hold, epoch: null, revision }
      this.#world.emit({ kind: 'lost' })
      finish()
    }
    if (move.kind === 'lost') return ended(found.revision)
    if (move.kind !== 'move' || attempts === 0) return giveBack()
    this.#world.store.txn(
      transferTxn(this.#world.keys, move),
      (isDone, after) => {
        const isDoneBefore = after.leader?.lease === move.target.lease && after.leader.epoch === move.epoch
        if (isDone || isDoneBefore) ended(after.revision)
        else this.#move(target, after, attempts - 1, finish, giveBack)
      },
      giveBack,
    )
  }

  #giveBack(finish: () => void): void {
    const end = () => {
      this.#world.emit({ kind: 'lost' })
      finish()
    }
    const { lease } = this.hold
    if (lease === null) return end()
    this.hold = without(this.hold, lease)
    this.#world.store.revoke(lease, end)
  }

  #settle(found: Snapshot, sentAtMs: number): readonly LeaseObservation[] {
    const { hold, observations } = settle(this.hold, found, sentAtMs)
    this.hold = hold
    return observations
  }

  #fresh(done: (fresh: Fresh) => void, failed: Failed): void {
    this.#prolong((fresh) => (fresh ? done(fresh) : this.#grant(done, failed)), failed)
  }

  /** Null: there is no lease, or it has ended. */
  #prolong(done: (fresh: Fresh | null) => void, failed: Failed): void {
    const { lease: known } = this.hold
    if (known === null) return done(null)
    this.#world.store.prolong(
      known,
      (fresh) => {
        this.hold = fresh === null ? without(this.hold, known) : prolonged(this.hold, fresh.lease)
        done(fresh)
      },
      failed,
    )
  }

  #grant(done: (fresh: Fresh) => void, failed: Failed): void {
    const { ttlMs, newLeaseId, store } = this.#world
    const held = (lease: OwnLease, found: Snapshot) => {
      this.hold = { ...this.hold, lease, epoch: null }
      done({ lease, found })
    }
    store.grant(newLeaseId(), ttlMs, (lease) => store.read((found) => held(lease, found), failed), failed)
  }

  #inOrder(task: (finish: () => void) => void): void {
    this.#tasks.push(task)
    this.#next()
  }

  #next(): void {
    if (this.#isBusy) return
    const task = this.#tasks.shift()
    if (!task) return
    this.#isBusy = true
    task(() => {
      this.#isBusy = false
      this.#next()
    })
  }

  #candidacy(lease: OwnLease, floor: Epoch): Candidacy {
    const { host, keys, chain } = this.#world
    const claimant = { host, address: host, lease: lease.id }
    return { keys, claimant, chainIndex: chain.indexOf(host), floor }
  }

  /** The lease of the own leadership. */
  #own(): OwnLease | null {
    return this.hold.epoch === null ? null : this.hold.lease
  }
}

const UNREACHABLE: LeaseObservation = { kind: 'unreachable' }
