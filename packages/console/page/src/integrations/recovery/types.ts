// What `POST /api/mirrors/:id/recovery` answers; test/browser holds it to the server's.

export type How = 'merge' | 'rescue'

export interface HistoryCommit {
  readonly id: string
  readonly subject: string | null
  readonly author: string | null
  readonly atMs: number | null
}

/** What one side has and the other has not. */
export interface SideHistory {
  readonly tip: string | null
  /** Null where its objects could not be had. */
  readonly count: number | null
  /** Newest first, at most 50. */
  readonly commits: readonly HistoryCommit[]
}

export interface RecoveryStep {
  readonly action: string
  /** Tip that gets a rescue ref before anything moves. */
  readonly preserve: string | null
  /** Files that both sides changed. */
  readonly conflicts: readonly string[]
}

export interface RecoveryRef {
  readonly ref: string
  readonly primary: string | null
  readonly replica: string | null
  /** Null: not done by this tool. */
  readonly merge: RecoveryStep | null
  readonly rescue: RecoveryStep
  readonly onlyPrimary: SideHistory
  readonly onlyReplica: SideHistory
}

export interface RecoveryReport {
  readonly id: string
  /** `hand-back`: the target is the temporary primary. `target`: it should follow this primary. */
  readonly kind: 'hand-back' | 'target'
  readonly onRecovery: 'merge' | 'rescue' | 'manual'
  readonly epoch: number | null
  readonly refs: readonly RecoveryRef[]
  readonly leftOut: number
  readonly same: number
}
