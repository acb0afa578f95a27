import type { PlanOptions, SourcePatch } from '@montana/simulation'

/** A bug that the product once had, put back while the simulator loads the engine. */
export interface FormerBug {
  readonly id: string
  /** The circumstances that provoke it; without, its seed is taken as it comes. */
  readonly plan?: PlanOptions
  /** What makes today's code do what the former one did. */
  readonly patches: readonly SourcePatch[]
}
