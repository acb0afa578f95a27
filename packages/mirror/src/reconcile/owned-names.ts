import type { OwnedName } from '../contracts/store.js'
import type { NameKind } from '../decide/reconcile.js'

/** Until a listing has told the time of our own write: later than any, so that the write does not count as somebody else's. */
export const TIME_NOT_READ_YET = Number.MAX_SAFE_INTEGER
/** Of a write that was begun and not confirmed: equal to no MAC, so that the next run writes again. */
export const MAC_OF_BEGUN_WRITE = ''

/** The names of one target that this tool wrote. Each call is durable when it resolves: after a crash the work goes on from here. */
export interface OwnedNames {
  load(kind: NameKind): Promise<readonly OwnedName[]>
  save(entry: OwnedName): Promise<void>
  forget(kind: NameKind, name: string): Promise<void>
}
