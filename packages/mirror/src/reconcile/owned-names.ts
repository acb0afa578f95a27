import type { OwnedName } from '../contracts/store.js'
import type { NameKind } from '../decide/reconcile.js'

/** Until a listing has told the time of our own write: later than any, so that the write does not count as somebody else's. */
export const TIME_NOT_READ_YET = Number.MAX_SAFE_INTEGER
/** Of a write that was begun and not confirmed: equal to no MAC, so that the next run writes again. */
export const MAC_OF_BEGUN_WRITE = ''

/** The names that this tool wrote. Each call is durable when it returns: after a crash the work goes on from here. */
export interface OwnedNames {
  all(mirror: string, kind: NameKind): readonly OwnedName[]
  put(entry: OwnedName): void
  delete(mirror: string, kind: NameKind, name: string): void
}
