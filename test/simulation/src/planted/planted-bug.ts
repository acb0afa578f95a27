import type { HostBug } from '../node/bugs.js'
import type { PlanOptions } from '../plan/plan.js'
import type { SourcePatch } from './source-patch.js'

export interface PlantedBug {
  readonly name: string
  readonly what: string
  /** Which invariants may be the first to notice; 0 is liveness. */
  readonly invariants: readonly number[]
  /** The circumstances that provoke it; without, seeds are taken as they come. */
  readonly plan?: PlanOptions
  /** A fault of the node's edge, which the simulator stands in for … */
  readonly host?: HostBug
  /** … or a change of the product's code, made while it is loaded. */
  readonly patch?: SourcePatch
}
