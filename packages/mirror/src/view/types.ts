import type { Layer, Role } from '../contracts/config.js'
import type { FenceState } from '../contracts/fence.js'
import type { HeldPush, RefResult } from '../contracts/push.js'
import type { LayerRecord, LayerStatus } from '../contracts/store.js'
import type { Finding } from '../reconcile/finding.js'
import type { WorkflowReport } from '../reconcile/workflows.js'

// What a page is told: spec repository-mirror 14.1. Times are milliseconds since the epoch, durations milliseconds; not
// known is null. Nothing here holds a secret, a URL with a credential or a path of this host.

export type TargetHealth = 'ok' | 'degraded' | 'failed' | 'unknown'
export type ActionName =
  | 'sync'
  | 'test'
  | 'resume'
  | 'dropRescue'
  | 'promote'
  | 'demote'
  | 'remove'
  | 'recover'
  | 'approve'

export interface ActionView {
  readonly enabled: boolean
  /** Why not; null when it is. */
  readonly why: string | null
}

export interface SelfView {
  readonly repo: string | null
  readonly role: Role | null
  readonly label: string
  /** Whether this repository may cause effects now, by the rules of the guard. */
  readonly acts: boolean
  readonly why: string
}

export interface FenceView {
  /** Name of the target that holds the record; null where no target can. */
  readonly where: string | null
  readonly epoch: number | null
  readonly state: FenceState | null
  readonly holder: string | null
  /** `owner/name` of this repository, or the target that was seen to act; null where nobody knows. */
  readonly holderName: string | null
  /** Since this process first saw the record as it is. */
  readonly recordAgeMs: number | null
  /** At most; null where nobody needs a permit. */
  readonly permitLeftMs: number | null
  readonly autoPromote: boolean
  readonly holdUntilMs: number | null
  readonly paused: boolean
  /** Why the record is not known; null when it is. */
  readonly problem: string | null
}

export interface Writer {
  readonly repo: string
  readonly role: Role
}

export interface SignalView {
  readonly name: 'lease' | 'own heartbeat' | 'primary heartbeat'
  readonly ageMs: number | null
  readonly state: 'young' | 'stale' | 'never'
}

/** By the clock and the memory of the sentinel, as it wrote them last. */
export interface SentinelView {
  readonly verdict: 'healthy' | 'unhealthy' | 'unknown'
  readonly observedMs: number
  readonly signals: readonly SignalView[]
  readonly count: number
  readonly threshold: number
  readonly sinceMs: number | null
  readonly earliestPromotionMs: number | null
  /** Oldest first. */
  readonly trace: readonly { readonly atMs: number; readonly verdict: string; readonly explanation: string }[]
}

interface LayerTimes {
  readonly status: LayerStatus
  readonly lastSuccessMs: number | null
  readonly lastAttemptMs: number | null
  readonly error: LayerRecord['error']
}

/** Refs of the last try by how they ended. */
export type RefCounts = Readonly<Partial<Record<RefResult['outcome'], number>>>

export interface CodeView extends LayerTimes {
  readonly commit: string | null
  readonly lagCommits: number | null
  /** Since the target was last in step; 0 while it is. */
  readonly lagMs: number | null
  readonly refs: RefCounts
}

export interface NamesView extends LayerTimes {
  readonly synced: number | null
  readonly total: number | null
  readonly drift: LayerRecord['drift']
}

export interface WorkflowsView extends LayerTimes {
  /** By file; empty while nobody has looked. */
  readonly expected: Readonly<Record<string, WorkflowReport['expected']>>
  readonly actual: Readonly<Record<string, WorkflowReport['actual']>>
}

export interface TargetView {
  readonly id: string
  readonly type: 'github' | 'git'
  /** `owner/name`, or the URL of an archive without credentials; null for one on a path. */
  readonly target: string | null
  /** Of the page of a repository; null for an archive. */
  readonly webUrl: string | null
  readonly enabled: boolean
  /** As read back from it; null while it never was, and for an archive. */
  readonly role: Role | null
  readonly label: string
  readonly health: TargetHealth
  readonly findings: readonly Finding[]
  readonly layers: {
    readonly code: CodeView
    readonly secrets: NamesView
    readonly variables: NamesView
    readonly workflows: WorkflowsView
  }
  readonly credential: { readonly kind: 'none' | 'token' | 'app' | 'ssh'; readonly expiresMs: number | null }
  readonly nextRunMs: number | null
  readonly rescueRefs: readonly string[]
  /** A push that changes workflows and waits until somebody approves its tips; null: none does. */
  readonly approval: HeldPush | null
  readonly actions: Readonly<Record<ActionName, ActionView>>
}

export interface MirrorsView {
  readonly nowMs: number
  readonly enabled: boolean
  readonly paused: boolean
  readonly self: SelfView
  readonly fence: FenceView
  readonly twoWriters: readonly [Writer, Writer] | null
  readonly queue: { readonly pending: number; readonly running: number; readonly blocked: number }
  /** Null where its memory cannot be read from here. */
  readonly sentinel: SentinelView | null
  readonly mirrors: readonly TargetView[]
}

/** One replica with everything that the list leaves out. */
export interface TargetDetail extends TargetView {
  /** Of the last try of the code layer. */
  readonly refs: readonly RefResult[]
  readonly jobs: readonly {
    readonly layer: Layer
    readonly state: string
    readonly attempts: number
    readonly nextMs: number
    readonly reason: string
    readonly lastErrorCode: string | null
  }[]
}
