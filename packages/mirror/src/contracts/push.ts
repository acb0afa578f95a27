import type { MirrorErrorCode } from './errors.js'

/** Ref name to full object id. */
export type Tips = ReadonlyMap<string, string>

export interface PushInput {
  readonly local: Tips
  readonly remote: Tips
  /** Tips that we pushed last, by ref. */
  readonly pushed: Tips
  /** Refs whose remote tip the source has as an ancestor of the local one; by ref, since two may share a remote tip. */
  readonly fastForward: ReadonlySet<string>
  /** Refs whose local tip holds the commit that we pushed last: an annotated tag that moved forward is no fast-forward. */
  readonly contained: ReadonlySet<string>
  readonly onDiverge: 'refuse' | 'rescue'
  /** Foreign tips that a person asked to keep by a rescue ref, whatever `onDiverge` says; any other tip is refused. */
  readonly keep?: Tips
  /** Suffix of rescue refs: `<utc yyyymmddThhmmssZ>`. */
  readonly stamp: string
}

/** Spec repository-mirror 7.2. `lease` is the tip that the target must have; '' = must not exist. */
export interface RefUpdate {
  readonly ref: string
  readonly kind: 'create' | 'fast-forward' | 'overwrite' | 'rescue'
  /** Object to push. */
  readonly tip: string
  readonly lease: string
  /** Name of the rescue ref that keeps the old tip, pushed in the same atomic batch; null where none is needed. */
  readonly rescueRef: string | null
}

export interface PushPlan {
  readonly updates: readonly RefUpdate[]
  readonly equal: readonly string[]
  readonly diverged: readonly { readonly ref: string; readonly local: string; readonly remote: string }[]
  /** Only on the target: kept. */
  readonly extra: readonly string[]
}

export type RefOutcome =
  | 'created'
  | 'fast-forwarded'
  | 'overwritten'
  | 'rescued'
  | 'equal'
  | 'diverged'
  | 'extra'
  | 'rejected'
  | 'hidden'

export interface RefResult {
  readonly ref: string
  readonly outcome: RefOutcome
  readonly before: string | null
  /** Read back from the target. */
  readonly after: string | null
  readonly rescueRef: string | null
  /** Of a divergence. */
  readonly ahead: number | null
  readonly behind: number | null
  readonly foreignAuthor: string | null
  /** Why the target refused it, where it did. */
  readonly code?: MirrorErrorCode
  readonly message: string | null
}

export interface PushReport {
  readonly refs: readonly RefResult[]
  /** Of the default branch, read back. */
  readonly tip: string | null
  readonly lagCommits: number | null
  readonly pushes: number
}

/** A push that changes what runs on the target: it waits until somebody approves its tips. Spec 3.2 WORKFLOW_PATHS. */
export interface HeldPush {
  readonly refs: readonly { readonly ref: string; readonly tip: string }[]
  /** Of all of them, sorted; the first 50. */
  readonly paths: readonly string[]
}
