import type { Store } from '@montana/store'

/** More than come with one window, so that a policy that is set late is reached; few enough for one short transaction. */
const WINDOWS_PER_STEP = 64

/** Deletes some of what is stored of windows below `below`: spec protocol 16.1, rule 4. Called after each window. */
export function pruneStep(store: Pick<Store, 'prune'>, below: number): void {
  if (below > 1) store.prune(below, WINDOWS_PER_STEP)
}
