// What `/api/mirrors` answers (spec repository-mirror 13 and 14.1), as far as this page reads it. Times are milliseconds
// since the epoch, durations milliseconds; not known is null. test/house/support/page-types.ts holds it to the server's.

export type Role = 'MASTER' | 'SLAVE' | 'TEMPORARY_MASTER'
export const LAYERS = ['code', 'secrets', 'variables', 'workflows'] as const
export type Layer = (typeof LAYERS)[number]
export type LayerStatus = 'never' | 'pending' | 'running' | 'ok' | 'stale' | 'failed' | 'diverged' | 'blocked' | 'off'
export type Health = 'ok' | 'degraded' | 'failed' | 'unknown'
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

export interface Problem {
  readonly code: string
  readonly message: string
  readonly remedy: string | null
}

export interface LayerView {
  readonly status: LayerStatus
  readonly lastSuccessMs: number | null
  readonly lastAttemptMs: number | null
  readonly error: Problem | null
}

export interface CodeView extends LayerView {
  readonly commit: string | null
  readonly lagCommits: number | null
  readonly lagMs: number | null
}

export interface Drift {
  readonly add: readonly string[]
  readonly change: readonly string[]
  readonly remove: readonly string[]
}

export interface NamesView extends LayerView {
  readonly synced: number | null
  readonly total: number | null
  readonly drift: Drift
}

export interface WorkflowsView extends LayerView {
  /** By file. */
  readonly expected: Readonly<Record<string, string>>
  readonly actual: Readonly<Record<string, string>>
}

export interface MirrorLayers {
  readonly code: CodeView
  readonly secrets: NamesView
  readonly variables: NamesView
  readonly workflows: WorkflowsView
}

export interface ActionView {
  readonly enabled: boolean
  readonly why: string | null
}

export interface MirrorView {
  readonly id: string
  readonly type: 'github' | 'git'
  /** `owner/name`, or the address of an archive; null for one on a path. */
  readonly target: string | null
  readonly webUrl: string | null
  readonly enabled: boolean
  readonly role: Role | null
  readonly label: string
  readonly health: Health
  readonly findings: readonly Problem[]
  readonly layers: MirrorLayers
  readonly credential: { readonly kind: 'none' | 'token' | 'app' | 'ssh'; readonly expiresMs: number | null }
  readonly nextRunMs: number | null
  readonly rescueRefs: readonly string[]
  /** A push that changes workflows and waits until somebody approves its tips. */
  readonly approval: {
    readonly refs: readonly { readonly ref: string; readonly tip: string }[]
    readonly paths: readonly string[]
  } | null
  readonly actions: Readonly<Record<ActionName, ActionView>>
}

export interface RefView {
  readonly ref: string
  readonly outcome: string
  readonly before: string | null
  readonly after: string | null
  readonly rescueRef: string | null
  readonly ahead: number | null
  readonly behind: number | null
  readonly foreignAuthor: string | null
  readonly message: string | null
}

export interface MirrorDetail extends MirrorView {
  readonly refs: readonly RefView[]
}

export interface AttemptView {
  readonly id: number
  readonly layer: Layer
  readonly startedAtMs: number
  readonly endedAtMs: number | null
  readonly outcome: string
  readonly errorCode: string | null
  readonly message: string | null
}

export type JobState = 'pending' | 'running' | 'done' | 'blocked' | 'failed' | 'interrupted'

export interface JobView {
  readonly jobId: string
  readonly kind: 'sync' | 'promote' | 'demote' | 'remove' | 'add'
  readonly mirror: string | null
  readonly atMs: number
  readonly state: JobState
  readonly result: unknown
  readonly error: Problem | null
  readonly steps: readonly StepView[]
  readonly layers: readonly {
    readonly mirror: string
    readonly layer: string
    readonly state: JobState
    readonly lastErrorCode: string | null
  }[]
}

export interface StepView {
  readonly kind: string
  readonly step: string
  readonly outcome: string
  readonly code: string | null
  readonly message: string | null
}

export interface FenceView {
  readonly where: string | null
  readonly epoch: number | null
  readonly state: string | null
  readonly holder: string | null
  readonly holderName: string | null
  readonly recordAgeMs: number | null
  readonly permitLeftMs: number | null
  readonly autoPromote: boolean
  readonly holdUntilMs: number | null
  readonly problem: string | null
}

export interface SentinelView {
  readonly verdict: 'healthy' | 'unhealthy' | 'unknown'
  readonly observedMs: number
  readonly signals: readonly { readonly name: string; readonly ageMs: number | null; readonly state: string }[]
  readonly count: number
  readonly threshold: number
  readonly earliestPromotionMs: number | null
  readonly trace: readonly { readonly atMs: number; readonly verdict: string; readonly explanation: string }[]
}

export interface MirrorsPage {
  readonly nowMs: number
  readonly enabled: boolean
  readonly paused: boolean
  readonly self: {
    readonly repo: string | null
    readonly role: Role | null
    readonly label: string
    readonly acts: boolean
    readonly why: string
  }
  readonly fence: FenceView
  readonly twoWriters:
    | readonly [{ readonly repo: string; readonly role: Role }, { readonly repo: string; readonly role: Role }]
    | null
  readonly queue: { readonly pending: number; readonly running: number; readonly blocked: number }
  readonly sentinel: SentinelView | null
  readonly mirrors: readonly MirrorView[]
  readonly offers: { readonly add: boolean; readonly ssh: boolean; readonly hold: boolean }
  readonly worker: 'here' | 'elsewhere' | 'nobody'
  readonly jobs: readonly JobView[]
}

export interface PermissionCheck {
  readonly name: string
  readonly needed: string
  readonly granted: boolean | 'unknown'
  readonly remedy: string | null
}

export interface Condition {
  readonly name: string
  readonly met: boolean
  readonly why: string
}

/** Result of a role change, or of its dry run. */
export interface RoleReport {
  readonly change: string
  readonly outcome: 'shown' | 'done' | 'undone'
  readonly conditions: readonly Condition[]
  readonly plan: readonly string[]
  readonly epochAfter: number
}

/** What a removal deletes, and what it leaves. */
export interface RemoveReport {
  readonly withdrawn: { readonly secrets: readonly string[]; readonly variables: readonly string[] }
  readonly kept: { readonly secrets: readonly string[]; readonly variables: readonly string[] }
  readonly keys: readonly string[]
}
