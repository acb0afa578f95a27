import type { Precondition } from '../decide/steps.js'
import type { Finding } from '../decide/verdict.js'
import type { StepRecord } from '../roles/transaction.js'
import type { Asked } from './operations.js'

/** A change of roles as a person asks for it. Spec repository-mirror 11. */
export interface RoleRequest extends Asked {
  /** Shows steps and failing conditions, changes nothing. */
  readonly dryRun: boolean
  /** Promotes although the record is young; the name of the repository was typed. Spec 11.2. */
  readonly force: boolean
  /** Every process on hosts that acts for the side which is stopped has ended. Absent: its last permit is waited for. */
  readonly drained?: boolean
  /** Of a hand-back, instead of `MIRROR_ON_RECOVERY`: this time only. */
  readonly onRecovery?: 'merge' | 'rescue'
}

/**
 * `planned`: the primary stops first. `silence`: the sentinel saw no sign of life for long enough. `force`: neither is
 * known. `resumed`: a change that was broken off goes on.
 */
export type RoleChange = 'planned' | 'silence' | 'force' | 'resumed' | 'handback'

export interface RoleReport {
  readonly id: string
  readonly change: RoleChange
  /** `shown`: of a dry run. */
  readonly outcome: 'shown' | 'done' | 'undone'
  readonly conditions: readonly Precondition[]
  /** Names of the steps in their order. */
  readonly plan: readonly string[]
  readonly steps: readonly StepRecord[]
  readonly findings: readonly Finding[]
  readonly epochBefore: number
  readonly epochAfter: number
}
