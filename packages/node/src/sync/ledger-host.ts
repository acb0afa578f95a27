import { isAbort, sleep, type TimeSource } from '@montana/foundation'
import type { Store } from '@montana/store'
import type { KnownTable } from '@montana/sync'
import { raiseSignFrom } from '../chain/sign-from.js'
import type { LedgerService } from '../ledger-service.js'
import type { Gap } from '../runtime/catch-up/catch-up.js'
import type { CatchUpProgress, CatchUpTotals } from '../runtime/catch-up/progress.js'
import type { DiskGate } from '../runtime/disk-gate.js'
import { addTotals, type JoinPlace } from './join-progress.js'
import { provenMembers } from './proven-members.js'
import type { SnapshotJoin } from './snapshot-join.js'

/** Tables that are damaged leave no other way: a snapshot is tried again after this, ms. */
const RESYNC_RETRY_MS = 1_000
/** After an attempt that came to nothing the gap is closed by range, and a snapshot is not thought of for so long. */
const RETRY_MS = 600_000
const NOTHING: CatchUpTotals = { mode: undefined, windows: 0, seconds: 0, bytesFetched: 0, bytesTwice: 0 }

export interface JoinRequest {
  readonly own: KnownTable
  readonly place: JoinPlace
  readonly signal: AbortSignal
  /** An anchor is trusted: from now on nothing else may write to the state. */
  onTrusted(): Promise<void>
}

export interface LedgerHostModules {
  readonly store: Store
  readonly disk: Pick<DiskGate, 'durable'>
  readonly time: TimeSource
  createLedger(handsOver: (gap: Gap) => boolean): LedgerService
  createJoin(request: JoinRequest): SnapshotJoin
  /** Whether a snapshot is the better way over this gap. */
  wantsSnapshot(gap: Gap): boolean
  /** Tells a plane that has just begun what the connected peers have said of themselves. */
  tellHeads(ledger: LedgerService): void
  onFatal(error: unknown): void
}

/**
 * The ledger plane of a node over its whole life. A snapshot replaces the state below the engine: the plane is stopped
 * once there is one that is trusted, and another plane is made from the store afterwards. What peers merely claim must not
 * keep a member from its work.
 */
export class LedgerHost {
  readonly #modules: LedgerHostModules
  readonly #abort = new AbortController()
  #current: LedgerService
  #join: SnapshotJoin | undefined
  #running: Promise<void> | undefined
  #before = NOTHING
  #notBeforeMs = 0
  #isEnded = false

  constructor(modules: LedgerHostModules) {
    this.#modules = modules
    this.#current = this.#createLedger()
  }

  get current(): LedgerService {
    return this.#current
  }

  get isSyncing(): boolean {
    return this.#join !== undefined || this.#current.catchUp.isRunning
  }

  /** Why a snapshot must replace the tables of the store; undefined where they are sound. */
  get resync(): string | undefined {
    return this.#modules.store.repairs.resync()
  }

  get isSynced(): boolean {
    return this.#join === undefined && this.#current.isSynced
  }

  get progress(): CatchUpProgress | undefined {
    return this.#join?.progress ?? this.#current.catchUp.progress
  }

  get totals(): CatchUpTotals {
    return addTotals(this.#before, this.#join?.totals ?? this.#current.catchUp.totals)
  }

  start(): void {
    if (this.resync === undefined) return this.#current.start()
    // Nothing can be applied to damaged tables: no peer is asked for a window, and none is blamed for one.
    const { loop, catchUp } = this.#current
    this.#begin({ head: loop.head, target: catchUp.target, windowsPerSecond: undefined })
  }

  /** Resolves once nothing of it writes to the store any more. What is staged stays. */
  async stop(): Promise<void> {
    this.#abort.abort()
    await this.#running
    await this.#current.stop()
  }

  #createLedger(): LedgerService {
    return this.#modules.createLedger((gap) => this.#handsOver(gap))
  }

  #handsOver(gap: Gap): boolean {
    const { time, wantsSnapshot } = this.#modules
    if (this.#join !== undefined || this.#abort.signal.aborted) return false
    const isTooEarly = time.monotonicMs() < this.#notBeforeMs
    if (this.resync === undefined && (isTooEarly || !wantsSnapshot(gap))) return false
    this.#begin(gap)
    return true
  }

  #begin(gap: Gap): void {
    const { onFatal } = this.#modules
    this.#running = this.#replace(gap).catch((error: unknown) => {
      if (!isAbort(error)) onFatal(error)
    })
  }

  #createJoin({ head: from, target }: Gap): SnapshotJoin {
    const { signal } = this.#abort
    const onTrusted = () => this.#end()
    return this.#modules.createJoin({ own: this.#ownMembers(), place: { from, target }, signal, onTrusted })
  }

  #ownMembers(): KnownTable {
    const proven = this.resync === undefined ? undefined : provenMembers(this.#modules.store)
    const { head: window, state } = this.#current.loop
    return proven ?? { window, nodes: state.chain.tables.nodes }
  }

  /** The plane writes nothing any more. */
  async #end(): Promise<void> {
    if (this.#isEnded) return
    this.#isEnded = true
    await this.#current.stop()
    this.#before = addTotals(this.#before, this.#current.catchUp.totals)
  }

  async #replace(gap: Gap): Promise<void> {
    const { time, tellHeads, store, disk } = this.#modules
    this.#join = this.#createJoin(gap)
    if (this.resync !== undefined) {
      await this.#end()
      await disk.durable(() => raiseSignFrom(store), this.#abort.signal)
    }
    if (!(await this.#attempt(gap))) this.#notBeforeMs = time.monotonicMs() + RETRY_MS
    await this.#end()
    this.#current = this.#createLedger()
    this.#isEnded = false
    this.#join = undefined
    this.#current.start()
    tellHeads(this.#current)
  }

  /** Whether there is a new head. Damaged tables are replaced or stay: one attempt follows the other. */
  async #attempt(gap: Gap): Promise<boolean> {
    for (;;) {
      const join = this.#createJoin(gap)
      this.#join = join
      const window = await join.run()
      if (window !== undefined) this.#before = addTotals(join.totals, this.#before)
      if (window !== undefined || this.resync === undefined) return window !== undefined
      await sleep(RESYNC_RETRY_MS, this.#abort.signal)
    }
  }
}
