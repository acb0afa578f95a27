import type { Store } from '@montana/store'

/** More than come with one window, so that a policy that is set late is reached; few enough for one short transaction. */
const WINDOWS_PER_STEP = 64

/**
 * Deletes some of what is stored of windows below `below`: spec protocol 16.1, rule 4. Called after each window. The
 * envelope and the certificate of a window whose state is served stay with it: a joiner asks for them too.
 */
export function pruneStep(store: Pick<Store, 'prune' | 'anchors'>, below: number): void {
  const [oldest] = store.anchors.list()
  const bound = Math.min(below, oldest?.window ?? below)
  if (bound > 1) store.prune(bound, WINDOWS_PER_STEP)
}
