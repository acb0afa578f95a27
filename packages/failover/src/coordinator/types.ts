import type { Coordinator } from '@montana/foundation'
import type { Bound } from '../config/bounds/types.js'
import type { LeaseObservation } from '../core/types.js'
import type { Epoch } from '../epoch.js'

export type Transfer =
  /** The target holds the lease from now on, with this epoch. */
  | { readonly kind: 'moved'; readonly epoch: Epoch }
  /** The target has no lease to move the leadership to; the own one is kept. */
  | { readonly kind: 'refused'; readonly message: string }
  /** The own lease was gone already. */
  | { readonly kind: 'lost' }
  | { readonly kind: 'unreachable'; readonly message: string }

/** The coordinator of one policy. Spec three-mirror 6. */
export interface PolicyCoordinator extends Coordinator {
  /** Gives the leadership to `target` without a moment in which nobody holds it. The service has stopped before. */
  transfer(target: string, signal: AbortSignal): Promise<Transfer>
  /** What the store shows, until `signal` fires; one consumer at a time. Never throws, `unreachable` is an observation. */
  observe(signal: AbortSignal): AsyncIterable<LeaseObservation>
  /** Upper bound of a failover with the lease time that the store really grants; that of the configuration before. */
  bound(): Bound
}
