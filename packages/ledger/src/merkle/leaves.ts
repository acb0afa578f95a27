import { bitOf, highestDifference } from './bits.js'
import { emptyHash, type MerkleHasher } from './hasher.js'

/** A key and its leaf hash, 32 bytes each. */
export interface Leaf {
  readonly key: Uint8Array
  readonly hash: Uint8Array
}

/**
 * Hash of the subtree of `height` that holds exactly `leaves[from … to − 1]`: strictly ascending in tree order, all in that
 * subtree. Spec protocol 5.2.
 */
export function hashOfLeaves(
  leaves: readonly Leaf[],
  height: number,
  hasher: MerkleHasher,
  from = 0,
  to = leaves.length,
): Uint8Array {
  const [first, last] = [leaves[from], leaves[to - 1]]
  if (from >= to || first === undefined || last === undefined) return emptyHash(height)
  if (to - from === 1) return hasher.fold(first.key, first.hash, 0, height)
  const bit = highestDifference(first.key, last.key)
  const middle = firstRight(leaves, bit, from, to)
  const left = hashOfLeaves(leaves, bit, hasher, from, middle)
  const right = hashOfLeaves(leaves, bit, hasher, middle, to)
  return hasher.fold(first.key, hasher.node(left, right), bit + 1, height)
}

/** Where in `items[from … to − 1]`, which agree above `bit`, the keys begin that have it set. */
export function firstRight(
  items: readonly { readonly key: Uint8Array }[],
  bit: number,
  from: number,
  to: number,
): number {
  let [low, high] = [from, to]
  while (low < high) {
    const middle = (low + high) >> 1
    const item = items[middle]
    if (item !== undefined && bitOf(item.key, bit) === 0) low = middle + 1
    else high = middle
  }
  return low
}

/** Keys and hashes as they travel, n × 32 bytes each, as leaves; undefined unless both have that form. */
export function leavesFrom(keys: Uint8Array, hashes: Uint8Array): Leaf[] | undefined {
  if (keys.length % 32 !== 0 || keys.length !== hashes.length) return undefined
  return Array.from({ length: keys.length / 32 }, (_, i) => ({
    key: keys.subarray(i * 32, (i + 1) * 32),
    hash: hashes.subarray(i * 32, (i + 1) * 32),
  }))
}
