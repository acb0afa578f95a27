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

/** From now on the amnesia rule decides: spec protocol 16.3. */
export function forgetSignFrom(store: Store): void {
  store.notes.delete(NOTE)
}
