import type { SignatureVerifier } from '@montana/crypto'
import type { RandomSource, TimeSource } from '@montana/foundation'
import type { GenesisDocument } from '@montana/ledger'
import type { HashBackend } from '@montana/native'
import type { Store } from '@montana/store'
import type { SyncPeer } from '../peer.js'
import type { PlanLimits } from '../plan/limits.js'
import type { KnownTable, Pin } from '../trust/trust.js'
import type { SyncFinding } from './findings.js'
import type { SyncProgress } from './progress.js'

export interface SnapshotClientOptions {
  /** Who can be asked now; read again and again. */
  readonly peers: readonly SyncPeer[] | (() => readonly SyncPeer[])
  /** Open for writing, with a genesis. Nothing of it but the staging is touched before the switch-over. */
  readonly store: Store
  readonly backend: HashBackend
  readonly verify: SignatureVerifier
  readonly document: GenesisDocument
  /** Node tables that are believed already, the latest first: the own last one, the genesis cohort. */
  readonly known: readonly KnownTable[]
  readonly pin?: Pin
  readonly time: TimeSource
  readonly random: RandomSource
  readonly signal: AbortSignal
  readonly onProgress?: (progress: SyncProgress) => void
  readonly onFinding?: (finding: SyncFinding) => void
  /** Awaited when an anchor is trusted, before its tables are asked for: what else works on the state can end now. */
  readonly onTrusted?: () => Promise<void>
  readonly limits?: Partial<PlanLimits>
  /** How long nobody may serve a snapshot before the client gives up. */
  readonly patienceMs?: number
  /** How long nothing new may be proven before another snapshot is looked for. */
  readonly stallMs?: number
  /** Serve the anchor oneself from the switch-over on. */
  readonly freeze?: boolean
}

export function livePeers({ peers }: SnapshotClientOptions): readonly SyncPeer[] {
  return typeof peers === 'function' ? peers() : peers
}
