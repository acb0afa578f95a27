import { sleep } from '@montana/foundation'
import type { Store } from '@montana/store'
import type { DiskGate } from '../runtime/disk-gate.js'

/** Rows that are deleted at once, and the pause after them: windows go on meanwhile. No special reason. */
const ROWS = 4_096
const PAUSE_MS = 50

/** Deletes the tables that a snapshot replaced, slice by slice, until none is left. Rejects with AbortError. */
export async function reclaim(store: Store, disk: Pick<DiskGate, 'durable'>, signal: AbortSignal): Promise<void> {
  for (let deleted = 1; deleted > 0 && !signal.aborted; ) {
    const next = () => {
      deleted = store.reclaim(ROWS)
    }
    await disk.durable(next, signal)
    if (deleted > 0) await sleep(PAUSE_MS, signal)
  }
}
