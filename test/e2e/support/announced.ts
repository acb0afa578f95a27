import { toHex } from '@montana/foundation'
import { openStore } from '@montana/store'
import type { Member } from './network.js'

/** Header hashes by window: whatever nodes have said to be cemented. */
export type Announced = Map<number, string>

/** What of `announced`, up to window `upTo`, is not in the store of this member, in words. */
export function missingOf({ label, dataDir }: Member, announced: Announced, upTo = Number.POSITIVE_INFINITY): string[] {
  const store = openStore({ dir: dataDir, mode: 'read' })
  try {
    const stored = (window: number) => toHex(store.windowAt(window)?.proposalHash ?? new Uint8Array())
    const lost = [...announced].filter(([window, hash]) => window <= upTo && stored(window) !== hash)
    const held = `its store has the windows ${store.oldestWindow()} to ${store.head()?.window}`
    return lost.map(([window, hash]) => {
      return `${label}: window ${window} was announced as ${hash.slice(0, 8)}, is stored as '${stored(window).slice(0, 8)}'; ${held}`
    })
  } finally {
    store.close()
  }
}
