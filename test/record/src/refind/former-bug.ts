import type { PlanOptions, SourcePatch } from '@montana/simulation'

/** A bug that the product once had. Each patch makes today's code do what the former one did. */
export interface FormerBug {
  readonly id: string
  readonly patches: readonly SourcePatch[]
  /** For a seed of the simulator: the circumstances that provoke it; without, the seed is taken as it comes. */
  readonly plan?: PlanOptions
  /** For a case: words of how it fails over the former code. Any other failure, a time-out among them, is not this bug. */
  readonly expects?: string
}

export interface Noticed {
  readonly invariant?: number
  readonly what: string
  /** It is the invariant of the register, or the failure of the one case that is named. */
  readonly isExpected: boolean
}

/** A finding with its former code back, and without it. */
export interface Refound {
  readonly id: string
  /** The seed, or the case. */
  readonly by: string
  /** What went wrong over the former code; undefined where nothing did. */
  readonly noticed: Noticed | undefined
  /** What is wrong in the product of today by the same run. */
  readonly wrongToday: string | undefined
}
