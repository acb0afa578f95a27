import { concatBytes } from '@montana/foundation'
import {
  compareTreeOrder,
  nodeCryptoHasher,
  proveEntries,
  proveRange,
  StubTree,
  smtRoot,
  stubsOfLeaves,
} from '@montana/ledger'
import { bytesOf } from './ledger.js'

const LOWEST = new Uint8Array(32)

/** Seven records behind their keys, in tree order. */
export const RECORDS: readonly Uint8Array[] = [0, 3, 40, 90, 130, 131, 250]
  .map((first) => concatBytes(bytesOf(32, first), Uint8Array.of(first)))
  .sort((a, b) => compareTreeOrder(a.subarray(0, 32), b.subarray(0, 32)))

const keyOf = (record: Uint8Array): Uint8Array => record.subarray(0, 32)

/** A small table, a proof of one record, one of an absence, and one of a range of four. */
export function merkleSamples() {
  const entries = RECORDS.map((record) => [keyOf(record), record] as const)
  const leaves = RECORDS.map((record) => ({ key: keyOf(record), hash: nodeCryptoHasher.leaf(record) }))
  const tree = new StubTree(stubsOfLeaves(0, LOWEST, leaves, 3))
  const within = leaves.slice(1, 5)
  const range = { lo: keyOf(RECORDS[1] as Uint8Array), hi: keyOf(RECORDS[4] as Uint8Array) }
  const between = (lo: Uint8Array, hi: Uint8Array) => {
    return leaves.filter(({ key }) => compareTreeOrder(lo, key) <= 0 && compareTreeOrder(key, hi) <= 0)
  }
  return {
    root: smtRoot(entries),
    included: proveEntries(entries, keyOf(RECORDS[2] as Uint8Array)),
    absent: proveEntries(entries, bytesOf(32, 77)),
    range: {
      ...range,
      root: smtRoot(entries),
      keys: concatBytes(...within.map(({ key }) => key)),
      leafHashes: concatBytes(...within.map(({ hash }) => hash)),
      proof: proveRange(tree, (lo, hi) => between(lo, hi)[Symbol.iterator](), range),
    },
  }
}
