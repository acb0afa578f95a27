import { type EngineConfig, headOf, isMember, restoreState } from '@montana/consensus'
import type { Signer } from '@montana/crypto'
import type { Logger, TimeSource } from '@montana/foundation'
import { bytesEqual, MontanaError, toHex } from '@montana/foundation'
import type { GenesisDocument, MerkleHasher } from '@montana/ledger'
import type { Store } from '@montana/store'
import { restoreChain } from './chain/restore.js'
import type { Checkpoint } from './config/start-options.js'
import type { NodeMetrics } from './metrics.js'
import type { Authenticator } from './runtime/authenticator.js'
import { CatchUp, type RangeAnswer } from './runtime/catch-up.js'
import type { ClockRunner } from './runtime/clock-runner.js'
import { createExecutor, type Outbox } from './runtime/executor.js'
import type { Failpoint } from './runtime/failpoint.js'
import { Inbox } from './runtime/inbox.js'
import { EngineLoop } from './runtime/loop.js'
import type { NodeRecord } from './status/node-record.js'

export interface LedgerModules {
  readonly document: GenesisDocument
  readonly store: Store
  readonly config: EngineConfig
  readonly authenticator: Authenticator
  readonly clock: ClockRunner
  readonly signer: Signer
  readonly outbox: Outbox
  readonly record: NodeRecord
  readonly metrics: NodeMetrics
  readonly logger: Logger
  readonly time: TimeSource
  readonly failpoint: Failpoint
  readonly hasher: MerkleHasher | undefined
  readonly checkpoint: Checkpoint | undefined
  fetchRange(peerId: string, fromWindow: number, signal: AbortSignal): Promise<RangeAnswer>
  /** After each applied window. */
  onWindow(window: number): void
  onFatal(error: unknown): void
}

/** The ledger plane of one node: engine, inbox and catch-up over a store. */
export class LedgerService {
  readonly loop: EngineLoop
  readonly inbox: Inbox
  readonly catchUp: CatchUp
  readonly #modules: LedgerModules

  constructor(modules: LedgerModules) {
    this.#modules = modules
    const { store, document, config, time, record, metrics, logger } = modules
    const restored = restoreChain(store, document, modules.hasher)
    const state = restoreState(restored, time.monotonicMs())
    const onBehind = (peerId: string) => this.#noteBehind(peerId)
    const dispatch = (event: Parameters<EngineLoop['dispatch']>[0]) => this.loop.dispatch(event)
    this.loop = new EngineLoop(config, state, {
      time,
      execute: createExecutor({ ...modules, dispatch, onBehind }),
      onStep: (after, headAdvanced) => headAdvanced && this.#afterWindow(headOf(after)),
      onFatal: modules.onFatal,
    })
    const onOutcome = (kind: string, outcome: string) => metrics.messages.inc({ kind, outcome })
    this.inbox = new Inbox({ loop: this.loop, authenticator: modules.authenticator, onOutcome, onBehind })
    const { fetchRange } = modules
    const monotonicMs = () => time.monotonicMs()
    this.catchUp = new CatchUp({ loop: this.loop, inbox: this.inbox, logger, fetchRange, monotonicMs })
    rememberRecent(store, record)
    this.#checkPin(headOf(state))
  }

  get isMember(): boolean {
    return isMember(this.loop.state, this.#modules.config)
  }

  start(): void {
    this.loop.dispatch({ type: 'start' })
  }

  stop(): void {
    this.catchUp.stop()
    this.loop.stop()
  }

  #noteBehind(peerId: string): void {
    this.#modules.record.noteGap()
    if (peerId !== '') this.catchUp.noteBehind(peerId)
  }

  #afterWindow(window: number): void {
    this.#checkPin(window)
    this.#modules.onWindow(window)
  }

  /** A chain that contradicts the operator's checkpoint is not this network, whatever its signatures say. */
  #checkPin(head: number): void {
    const { checkpoint, store } = this.#modules
    if (!checkpoint || head < checkpoint.window) return
    const stored = store.windowAt(checkpoint.window)
    if (!stored || bytesEqual(stored.proposalHash, checkpoint.hash)) return
    throw new MontanaError(
      'CHECKPOINT_MISMATCH',
      `window ${checkpoint.window} has proposal hash ${toHex(stored.proposalHash)}, the checkpoint says ${toHex(checkpoint.hash)}`,
      { field: 'checkpoint', remedy: 'correct --checkpoint, or start in another data directory', exitCode: 78 },
    )
  }
}

const STATUS_WINDOWS = 256

/** The status page shows windows of earlier processes too. */
function rememberRecent(store: Store, record: NodeRecord): void {
  const head = store.head()?.window ?? 0
  for (let window = Math.max(0, head - STATUS_WINDOWS + 1); window <= head; window++) {
    const stored = store.windowAt(window)
    if (stored && window > 0) record.noteStored({ ...stored, appliedAtMs: stored.appliedAtMs ?? 0 })
  }
}
