import type { TimeSource } from '@montana/foundation'
import type { Manifest, Role } from '../contracts/config.js'
import type { Fence } from '../contracts/fence.js'
import type { Contents, Provider } from '../contracts/provider.js'
import type { SentinelDecision } from '../decide/observe.js'
import type { SentinelSettings } from '../decide/time-budget.js'
import type { Finding, Verdict } from '../decide/verdict.js'
import type { RemoteGit } from '../fence/git-calls.js'
import type { StepRecord } from '../roles/transaction.js'
import type { DocumentStore } from './document-store.js'

/** What a person must hear of, on all channels. */
export interface Alert {
  readonly code: string
  readonly message: string
  readonly epoch: number | null
}

export interface SentinelInit {
  /** `github:<numeric id>` of the replica that this sentinel watches for. */
  readonly self: string
  readonly replica: Required<Pick<Provider, 'secrets' | 'variables' | 'workflows' | 'contents'>>
  readonly fence: Fence
  /** Git with access to the replica. */
  readonly git: RemoteGit
  readonly document: DocumentStore
  readonly primary: Contents | null
  readonly manifest: Manifest
  readonly stateFile: string
  readonly branch: string
  readonly settings: SentinelSettings & { readonly recoveryObservations: number }
  readonly autoPromote: boolean
  readonly actor: string
  readonly time: TimeSource
  readonly pollMs?: number
  readonly alert: (alert: Alert, signal: AbortSignal) => Promise<void>
  readonly onStep?: (record: StepRecord) => void
}

/** What one run of the sentinel saw and did. */
export interface SentinelReport {
  readonly role: Role | null
  readonly epoch: number | null
  readonly verdict: Verdict | null
  readonly decision: SentinelDecision | 'handback-ready' | 'demoted' | 'none'
  readonly explanation: string
  readonly findings: readonly Finding[]
  readonly promotion: 'done' | 'undone' | 'refused' | null
  readonly steps: readonly StepRecord[]
}
