import { isAbort, type Logger, type TimeSource } from '@montana/foundation'
import type { Store } from '@montana/store'
import type { KnownTable } from '@montana/sync'
import type { LedgerService } from '../ledger-service.js'
import type { Gap } from '../runtime/catch-up/catch-up.js'
import type { CatchUpProgress, CatchUpTotals } from '../runtime/catch-up/progress.js'
import { addTotals, type JoinPlace } from './join-progress.js'
import { reclaim } from './reclaim.js'
import type { SnapshotJoin } from './snapshot-join.js'

/** After an attempt that came to nothing the gap is closed by range, and a snapshot is not thought of for so long. */
const RETRY_MS = 600_000
const NOTHING: CatchUpTotals = { mode: undefined, windows: 0, seconds: 0, bytesFetched: 0, bytesTwice: 0 }

export interface JoinRequest {
  readonly own: KnownTable
  readonly place: JoinPlace
  readonly signal: AbortSignal
}

export interface LedgerHostModules {
  readonly store: Store
  readonly logger: Logger
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
 * first, so that nothing else writes, and another one is made from the store afterwards.
 */
export class LedgerHost {
  readonly #modules: LedgerHostModules
  readonly #abort = new AbortController()
  #current: LedgerService
  #join: SnapshotJoin | undefined
  #running: Promise<void> | undefined
  #before = NOTHING
  #notBeforeMs = 0

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
    this.#current.start()
    void this.#reclaim()
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
    const { time, wantsSnapshot, onFatal } = this.#modules
    const isTooEarly = this.#join !== undefined || time.monotonicMs() < this.#notBeforeMs
    if (isTooEarly || this.#abort.signal.aborted || !wantsSnapshot(gap)) return false
    this.#join = this.#createJoin(gap)
    this.#running = this.#replace(this.#join).catch((error: unknown) => {
      if (!isAbort(error)) onFatal(error)
    })
    return true
  }

  #createJoin({ head, target }: Gap): SnapshotJoin {
    const { nodes } = this.#current.loop.state.chain.tables
    const { signal } = this.#abort
    return this.#modules.createJoin({ own: { window: head, nodes }, place: { from: head, target }, signal })
  }

  async #replace(join: SnapshotJoin): Promise<void> {
    const { time, tellHeads } = this.#modules
    await this.#current.stop()
    this.#before = addTotals(this.#before, this.#current.catchUp.totals)
    const window = await join.run()
    this.#before = addTotals(window === undefined ? NOTHING : join.totals, this.#before)
    if (window === undefined) this.#notBeforeMs = time.monotonicMs() + RETRY_MS
    this.#current = this.#createLedger()
    this.#join = undefined
    this.#current.start()
    tellHeads(this.#current)
    await this.#reclaim()
  }

  async #reclaim(): Promise<void> {
    const { store, logger } = this.#modules
    await reclaim(store, this.#abort.signal).catch((error: unknown) => {
      if (!isAbort(error)) logger.warn({ error: String(error) }, 'replaced tables could not be deleted')
    })
  }
}
