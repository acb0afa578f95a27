import type { EngineConfig } from '@montana/consensus'
import type { Identity, Signer } from '@montana/crypto'
import type { Logger, TimeSource } from '@montana/foundation'
import type { GenesisDocument } from '@montana/ledger'
import type { HashBackend } from '@montana/native'
import type { Store } from '@montana/store'
import type { ProofVerifier } from '@montana/timechain'
import type { Checkpoint } from '../config/start-options.js'
import type { NodeMetrics } from '../metrics.js'
import type { PeerRequests } from '../peer-protocol/requests.js'
import type { Authenticator } from '../runtime/authenticator.js'
import type { CatchUp, Gap } from '../runtime/catch-up/catch-up.js'
import type { ClockRunner } from '../runtime/clock-runner.js'
import type { DiskGate } from '../runtime/disk-gate.js'
import type { Outbox } from '../runtime/executor.js'
import type { Failpoint } from '../runtime/failpoint.js'
import type { Inbox } from '../runtime/inbox.js'
import type { EngineLoop } from '../runtime/loop.js'
import type { AnchorKeeper } from '../snapshot/keeper.js'
import type { NodeRecord } from '../status/node-record.js'

export interface LedgerModules {
  readonly document: GenesisDocument
  readonly identity: Identity
  readonly store: Store
  readonly disk: DiskGate
  readonly config: EngineConfig
  readonly authenticator: Authenticator
  readonly clock: ClockRunner
  readonly verifier: ProofVerifier
  readonly backend: HashBackend
  readonly signer: Signer
  readonly outbox: Outbox
  readonly requests: PeerRequests
  readonly record: NodeRecord
  readonly metrics: NodeMetrics
  readonly logger: Logger
  readonly time: TimeSource
  readonly failpoint: Failpoint
  /** Which states stay readable for peers. */
  readonly anchors: AnchorKeeper
  readonly checkpoint: Checkpoint | undefined
  readonly enableCandidate: boolean
  /** Messages that are the node's and not the engine's. */
  readonly say: {
    evidence(bytes: Uint8Array): void
    registration(bytes: Uint8Array, peerId?: string): void
    misbehaviour(peerId: string, code: string): void
    /** Asks a peer where it is. */
    status(peerId: string): void
  }
  /** Whether a snapshot closes this gap; then this plane is about to be stopped. */
  handsOver(gap: Gap): boolean
  /** After each applied window. */
  onWindow(window: number): void
  onFatal(error: unknown): void
}

/** What the parts of the ledger plane know of each other once all of them are made. */
export interface LedgerLinks {
  readonly loop: EngineLoop
  readonly inbox: Inbox
  readonly catchUp: CatchUp
  readonly isSynced: boolean
  /** A peer spoke of `window`, which this node cannot reach yet. */
  noteBehind(peerId: string, window: number): void
}
