import type { Epoch } from '../epoch.js'
import { requireEpoch, staleEpoch } from './stale.js'

/** What the store did: the effect and the epoch together, or nothing. */
export type FenceVerdict<R> =
  | { readonly isAccepted: true; readonly result: R }
  | { readonly isAccepted: false; readonly highest: Epoch }

export interface FenceInit<E, R> {
  /**
   * In one step that nothing can come between: if the stored epoch is at most `epoch`, stores that and does the effect.
   * The condition belongs into the statement of the effect itself, not before it. Spec three-mirror 9.
   */
  compareAndStore(epoch: Epoch, effect: E): FenceVerdict<R> | Promise<FenceVerdict<R>>
}

export interface Fence<E, R> {
  /** Throws FailoverError EPOCH_STALE, with the highest in its metadata: the order to demote. */
  apply(epoch: Epoch, effect: E): Promise<R>
}

/** The sink rule over any store: lower is refused, equal and higher are accepted. */
export function createFence<E, R>({ compareAndStore }: FenceInit<E, R>): Fence<E, R> {
  return {
    async apply(epoch, effect) {
      requireEpoch(epoch)
      const verdict = await compareAndStore(epoch, effect)
      if (verdict.isAccepted) return verdict.result
      throw staleEpoch(epoch, verdict.highest)
    },
  }
}
