import type { SignatureVerifier } from '@montana/crypto'
import {
  AbortError,
  errorCode,
  errorMessage,
  type Logger,
  type RandomSource,
  type TimeSource,
} from '@montana/foundation'
import { type GenesisDocument, genesisState } from '@montana/ledger'
import type { HashBackend } from '@montana/native'
import type { Store } from '@montana/store'
import {
  createSnapshotClient,
  type KnownTable,
  type SyncFinding,
  type SyncPeer,
  type SyncProgress,
} from '@montana/sync'
import type { Checkpoint } from '../config/start-options.js'
import type { CatchUpProgress, CatchUpTotals } from '../runtime/catch-up/progress.js'
import { type DiskGate, isFull } from '../runtime/disk-gate.js'
import { type JoinPlace, joinProgress } from './join-progress.js'

const MS_PER_S = 1_000
/** Space that must be there before a snapshot goes on: that of the largest piece that is staged at once. */
const SPACE_BYTES = 2 * 2 ** 20
const SPACE_NOTE = 'space'

export interface SnapshotJoinModules {
  readonly store: Store
  readonly disk: Pick<DiskGate, 'durable'>
  readonly document: GenesisDocument
  readonly backend: HashBackend
  readonly verify: SignatureVerifier
  readonly checkpoint: Checkpoint | undefined
  /** The node table of the own head. */
  readonly own: KnownTable
  readonly peers: () => readonly SyncPeer[]
  readonly place: JoinPlace
  /** Serve the anchor from the switch-over on. */
  readonly freeze: boolean
  readonly logger: Logger
  readonly time: TimeSource
  readonly random: RandomSource
  readonly signal: AbortSignal
  /** Awaited when an anchor is trusted, before anything of its tables is asked for. */
  onTrusted(): Promise<void>
  onFinding(finding: SyncFinding): void
}

/** One attempt of a node that is far behind to reach its peers by a snapshot: spec protocol 15.3, steps 2 to 5. */
export class SnapshotJoin {
  readonly #modules: SnapshotJoinModules
  readonly #startedAtMs: number
  #latest: SyncProgress | undefined

  constructor(modules: SnapshotJoinModules) {
    this.#modules = modules
    this.#startedAtMs = modules.time.monotonicMs()
  }

  get progress(): CatchUpProgress {
    return joinProgress(this.#latest, this.#modules.place)
  }

  get totals(): CatchUpTotals {
    const seconds = (this.#modules.time.monotonicMs() - this.#startedAtMs) / MS_PER_S
    const { fetched = 0, wasted = 0 } = this.#latest?.bytes ?? {}
    return { mode: 'snapshot', windows: 0, seconds, bytesFetched: fetched, bytesTwice: wasted }
  }

  /**
   * The anchor, which is the head of the store now; undefined where there is none to be had or none is trusted, which
   * leaves the store as it was. Rejects with abort, and with what the store throws.
   */
  async run(): Promise<number | undefined> {
    const { store, disk, logger, signal } = this.#modules
    for (;;) {
      try {
        const { window } = await this.#client().run()
        logger.info({ window, ...this.totals }, 'snapshot installed')
        return window
      } catch (error) {
        if (signal.aborted) throw new AbortError(signal.reason)
        if (!isFull(error) && !isRefusal(error)) throw error
        if (!isFull(error)) {
          logger.warn({ code: errorCode(error), reason: errorMessage(error) }, 'no snapshot yet')
          return undefined
        }
      }
      // What is staged stays, and the next attempt goes on with it.
      await disk.durable(() => takeSpace(store), signal)
    }
  }

  #client() {
    const { document, own, checkpoint, onFinding, disk: _, ...modules } = this.#modules
    const { store } = modules
    const genesis = { window: 0, nodes: genesisState(document).nodes }
    return createSnapshotClient({
      ...modules,
      document,
      // Whoever was a member long ago is not believed against the own table, except where that one may be damaged.
      known: own.window === 0 ? [genesis] : store.repairs.resync() === undefined ? [own] : [own, genesis],
      ...(checkpoint && { pin: checkpoint }),
      onProgress: (progress) => {
        this.#latest = progress
      },
      onFinding,
    })
  }
}

/** Takes as much as a piece needs, and gives it back. */
function takeSpace({ notes }: Store): void {
  notes.put(SPACE_NOTE, new Uint8Array(SPACE_BYTES))
  notes.delete(SPACE_NOTE)
}

/** What speaks against a snapshot and not against this host. */
function isRefusal(error: unknown): boolean {
  const code = errorCode(error)
  return (
    /^(ANCHOR|PIN|TRUST)_/.test(code) ||
    code === 'SNAPSHOT_UNAVAILABLE' ||
    code === 'SNAPSHOT_INCOMPLETE' ||
    code === 'STORE_SEQUENCE'
  )
}
