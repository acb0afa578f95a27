import type { ReadStore } from '@montana/store'
import type { NodeRecord } from '../status/node-record.js'

const STATUS_WINDOWS = 256

/** The status page shows windows of earlier processes too. */
export function rememberRecent(store: ReadStore, record: NodeRecord): void {
  record.forgetRecent()
  const head = store.head()?.window ?? 0
  for (let window = Math.max(1, head - STATUS_WINDOWS + 1); window <= head; window++) {
    const stored = store.windowAt(window)
    if (stored) record.noteStored({ ...stored, appliedAtMs: stored.appliedAtMs ?? 0 })
  }
}
