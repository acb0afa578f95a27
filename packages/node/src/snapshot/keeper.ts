import { type AccountRecord, type MerkleHasher, STUB_LEAVES_MAX, type Table } from '@montana/ledger'
import type { Store } from '@montana/store'
import { storedAccounts } from '../chain/accounts.js'
import { anchorsToDrop, isAnchorWindow } from './anchor-policy.js'

/** What a node that serves no snapshot still lets go of its memory by. */
const DEFAULT_INTERVAL = 256
/** Rows of one slice and the pause after it: what nobody needs any more is deleted beside the node's work. */
const RECLAIM_ROWS = 512
const RECLAIM_PAUSE_MS = 200

/** How writes that are not part of a window reach the disk; false when this one waits for space. */
export type Writes = (write: () => void) => boolean

export interface KeeperModules {
  readonly store: Store
  readonly writes: Writes
  /** Windows; 0 = no anchor is kept. */
  readonly interval: number
  wallMs(): number
  /** The anchors that peers may be served from, after they have changed. */
  onAnchors(windows: readonly number[]): void
  onFatal(error: unknown): void
}

/** Decides which windows are frozen, writes back what the table in memory knows, and frees what is not needed. */
export class AnchorKeeper {
  readonly #modules: KeeperModules
  #timer: NodeJS.Timeout | undefined
  #isStopped = false

  constructor(modules: KeeperModules) {
    this.#modules = modules
  }

  /** Whether the commit of `window` freezes its state. */
  isAnchor(window: number): boolean {
    return isAnchorWindow(window, this.#modules.interval)
  }

  /** Before the tables are read: hashes that a start would otherwise have to compute each time. */
  refresh(hasher: MerkleHasher): void {
    const { store, writes } = this.#modules
    const { refreshed } = storedAccounts(store, hasher)
    if (refreshed.length > 0) writes(() => store.stubs('account').put(refreshed))
  }

  /** Announces the anchors of an earlier run and goes on with what it left to be deleted. */
  start(): void {
    this.#prune()
    this.#reclaimSoon()
  }

  stop(): void {
    this.#isStopped = true
    clearTimeout(this.#timer)
  }

  /** `accounts` is the table of `window`, which is committed. */
  afterWindow(window: number, accounts: Table<AccountRecord>): void {
    const { interval } = this.#modules
    if (window % (interval || DEFAULT_INTERVAL) !== 0) return
    this.#release(window, accounts)
    if (interval === 0) return
    this.#prune()
    this.#reclaimSoon()
  }

  /** The table forgets what the store has; in return the store learns the hashes that the table has computed. */
  #release(window: number, accounts: Table<AccountRecord>): void {
    const { store, writes } = this.#modules
    const { changed } = accounts.release(STUB_LEAVES_MAX)
    // A write that waited for space until a snapshot had replaced the tables would be about others.
    if (changed.length > 0) writes(() => !this.#isStopped && store.stubs('account').put(changed, window))
  }

  #prune(): void {
    const { store, writes, interval, wallMs, onAnchors } = this.#modules
    writes(() => {
      const dropped = anchorsToDrop(store.anchors.list(), wallMs(), interval)
      if (dropped.length > 0) store.anchors.prune(() => dropped)
      onAnchors(store.anchors.list().map(({ window }) => window))
    })
  }

  #reclaimSoon(): void {
    clearTimeout(this.#timer)
    if (this.#isStopped) return
    this.#timer = setTimeout(() => this.#reclaim(), RECLAIM_PAUSE_MS)
    this.#timer.unref()
  }

  #reclaim(): void {
    const { store, writes, onFatal } = this.#modules
    try {
      writes(() => {
        if (store.reclaim(RECLAIM_ROWS) > 0) this.#reclaimSoon()
      })
    } catch (error) {
      onFatal(error)
    }
  }
}
