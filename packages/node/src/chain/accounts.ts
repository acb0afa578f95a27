import {
  type AccountRecord,
  accountCodec,
  lastKeyOf,
  type MerkleHasher,
  nodeCryptoHasher,
  STUB_LEAVES_MAX,
  type Stub,
  stubsOfLeaves,
  Table,
} from '@montana/ledger'
import type { ReadStore, StubRow, TableReader } from '@montana/store'

export interface StoredAccounts {
  readonly table: Table<AccountRecord>
  /** What had to be computed anew, for the store to keep; empty where nothing was. */
  readonly refreshed: readonly Stub[]
}

/**
 * The accounts of the head, left on disk: only the hashes of their subtrees are read, and the leaves of those that a commit
 * has changed since they were hashed.
 */
export function storedAccounts(store: ReadStore, hasher: MerkleHasher = nodeCryptoHasher): StoredAccounts {
  const source = store.table('account')
  const refreshed: Stub[] = []
  const stubs = store
    .stubs('account')
    .all()
    .flatMap((row) => {
      if (isHashed(row)) return [row]
      const fresh = stubsOf(row, source, hasher)
      refreshed.push(...fresh)
      return fresh
    })
  return { table: Table.backed(accountCodec, hasher, source, stubs), refreshed }
}

/** The stubs of a part of the key space from its leaves as `source` has them. */
export function stubsOf(row: Pick<StubRow, 'depth' | 'lo'>, source: TableReader, hasher: MerkleHasher): Stub[] {
  const leaves = [...source.leaves(row.lo, lastKeyOf(row))]
  return stubsOfLeaves(row.depth, row.lo, leaves, STUB_LEAVES_MAX, hasher)
}

export function isHashed<T extends StubRow>(row: T): row is T & Stub {
  return row.hash !== null
}
