import type { PlanOptions, SourcePatch } from '@montana/simulation'

/** A bug that the product once had. Each patch makes today's code do what the former one did. */
export interface FormerBug {
  readonly id: string
  readonly patches: readonly SourcePatch[]
  /** For a seed of the simulator: the circumstances that provoke it; without, the seed is taken as it comes. */
  readonly plan?: PlanOptions
}

/** A finding with its former code back, and without it. */
export interface Refound {
  readonly id: string
  /** The seed, or the case. */
  readonly by: string
  /** What noticed the bug; undefined where nothing did. */
  readonly noticed: { readonly invariant?: number; readonly what: string } | undefined
  /** What is wrong in the product of today by the same run. */
  readonly wrongToday: string | undefined
}
