import { ByteReader, u64le } from '@montana/codec'
import type { ReadStore, Store } from '@montana/store'

const NOTE = 'sign-from'

/**
 * The first window that this node may sign for. A store that has just been made has none: whatever was signed with the
 * same key before is not known to it (spec protocol 16.3).
 */
export function readSignFrom(store: ReadStore): number | undefined {
  const bytes = store.notes.get(NOTE)
  return bytes && new ByteReader(bytes).u64AsNumber()
}

export function writeSignFrom(store: Store, window: number): void {
  store.notes.put(NOTE, u64le(window))
}

/**
 * Before the tables go back behind a window that this node may have signed for: the journal of closed windows is pruned,
 * so that nothing may be signed again up to there. A store that signs nothing yet stays as it is.
 */
export function raiseSignFrom(store: Store): void {
  const known = readSignFrom(store)
  if (known === undefined) return
  const signed = [...store.journal.entries(0)].map(({ window }) => window)
  writeSignFrom(store, Math.max(known, (store.head()?.window ?? 0) + 1, ...signed.map((window) => window + 1)))
}

/** From now on the amnesia rule decides: spec protocol 16.3. */
export function forgetSignFrom(store: Store): void {
  store.notes.delete(NOTE)
}
