import { TREE_LEVELS } from '../constants.js'
import { LedgerError } from '../errors.js'
import { type Aligned, childrenOf, compareTreeOrder } from './aligned.js'
import { highestDifference } from './bits.js'
import { emptyHash, type MerkleHasher, nodeCryptoHasher } from './hasher.js'
import { firstRight, hashOfLeaves, type Leaf } from './leaves.js'

/**
 * One aligned subtree of a table whose leaves are elsewhere. The stubs of a table tile its whole key space in tree order,
 * empty subtrees included.
 */
export interface Stub extends Aligned {
  /** Leaves below. */
  readonly count: number
  /** At level 256 − depth, 32 bytes. */
  readonly hash: Uint8Array
  /** Any key below; `lo` when there is none. */
  readonly key: Uint8Array
  /** Height of the radix tree over the leaves: 1 + the highest bit in which two of them differ, 0 for one or none. */
  readonly height: number
}

/** The stub of exactly these leaves: strictly ascending in tree order, all below `depth` and `lo`. */
export function stubOf(depth: number, lo: Uint8Array, leaves: readonly Leaf[], hasher?: MerkleHasher): Stub {
  return stubOfSlice({ depth, lo }, { leaves, from: 0, to: leaves.length, hasher: hasher ?? nodeCryptoHasher })
}

/** The stubs of the same leaves, halved until none holds more than `maxLeaves`; they tile the subtree, left to right. */
export function stubsOfLeaves(
  depth: number,
  lo: Uint8Array,
  leaves: readonly Leaf[],
  maxLeaves: number,
  hasher: MerkleHasher = nodeCryptoHasher,
): Stub[] {
  return [...halved({ depth, lo }, { leaves, from: 0, to: leaves.length, hasher }, Math.max(1, maxLeaves))]
}

/** Root of the table that `stubs` tile. Throws LedgerError `TableCorrupt` where they leave a gap or overlap. */
export function rootOfStubs(stubs: readonly Stub[], hasher: MerkleHasher = nodeCryptoHasher): Uint8Array {
  const cursor = { at: 0 }
  const root = rootBelow({ depth: 0, lo: new Uint8Array(TREE_LEVELS / 8) }, stubs, cursor, hasher)
  if (cursor.at !== stubs.length) throw notTiled(stubs[cursor.at])
  return root
}

interface Slice {
  readonly leaves: readonly Leaf[]
  readonly from: number
  readonly to: number
  readonly hasher: MerkleHasher
}

function stubOfSlice({ depth, lo }: Aligned, { leaves, from, to, hasher }: Slice): Stub {
  const level = TREE_LEVELS - depth
  const [first, last] = [leaves[from], leaves[to - 1]]
  if (from === to || first === undefined || last === undefined) {
    return { depth, lo, count: 0, hash: emptyHash(level), key: lo, height: 0 }
  }
  const hash = hashOfLeaves(leaves, level, hasher, from, to)
  return { depth, lo, count: to - from, hash, key: first.key, height: highestDifference(first.key, last.key) + 1 }
}

function* halved(aligned: Aligned, slice: Slice, maxLeaves: number): Generator<Stub> {
  const { leaves, from, to } = slice
  if (to - from <= maxLeaves) {
    yield stubOfSlice(aligned, slice)
    return
  }
  const middle = firstRight(leaves, TREE_LEVELS - 1 - aligned.depth, from, to)
  const [left, right] = childrenOf(aligned)
  yield* halved(left, { ...slice, to: middle }, maxLeaves)
  yield* halved(right, { ...slice, from: middle }, maxLeaves)
}

function rootBelow(aligned: Aligned, stubs: readonly Stub[], cursor: { at: number }, hasher: MerkleHasher): Uint8Array {
  const stub = tileAt(stubs[cursor.at], aligned)
  if (stub.depth === aligned.depth) {
    cursor.at += 1
    return stub.hash
  }
  const [left, right] = childrenOf(aligned)
  const leftHash = rootBelow(left, stubs, cursor, hasher)
  return hasher.node(leftHash, rootBelow(right, stubs, cursor, hasher))
}

/** The stub that begins where `aligned` does and is no larger. Throws LedgerError `TableCorrupt` when it is another one. */
export function tileAt(stub: Stub | undefined, { depth, lo }: Aligned): Stub {
  if (stub === undefined || stub.depth < depth || compareTreeOrder(stub.lo, lo) !== 0) throw notTiled(stub)
  return stub
}

export function notTiled(stub: Stub | undefined): LedgerError {
  return LedgerError.tableCorrupt('the stubs of a table leave a gap or overlap', { depth: stub?.depth })
}
