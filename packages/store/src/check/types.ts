/** Who can mend a fault: `--repair` from the rest of the store, the node from its peers, or only a person. */
export type Mend = 'here' | 'peers' | 'nobody'

/** One thing that is not as the store wrote it. */
export interface StoreFault {
  readonly code: string
  /** Name of the file in the data directory. */
  readonly file: string
  readonly table?: string
  /** Hex of a key or hash, or a name. */
  readonly key?: string
  readonly window?: number
  readonly message: string
  readonly remedy: string
  readonly mend: Mend
}

export const REPAIR = 'run montana store check --repair while the node is stopped'
export const REPAIR_AND_FETCH = `${REPAIR}; the node then fetches it from its peers`
export const REPAIR_AND_JOIN = `${REPAIR}; the node then joins by snapshot, its identity and its journal stay`
export const SET_ASIDE = `${REPAIR}: the database is set aside and kept, and the node synchronises anew; give --genesis at its next start`
