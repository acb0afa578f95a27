import { sleep } from '@montana/foundation'
import type { Store } from '@montana/store'

/** Rows that are deleted at once, and the pause after them: windows go on meanwhile. No special reason. */
const ROWS = 4_096
const PAUSE_MS = 50

/** Deletes the tables that a snapshot replaced, slice by slice, until none is left. Rejects with AbortError. */
export async function reclaim(store: Store, signal: AbortSignal): Promise<void> {
  while (!signal.aborted && store.reclaim(ROWS) > 0) await sleep(PAUSE_MS, signal)
}
