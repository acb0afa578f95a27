import { bytesEqual } from '@montana/foundation'
import { TREE_LEVELS } from '../constants.js'
import { alignedAt, ascendInTreeOrder, holds } from './aligned.js'
import { emptyHash, type MerkleHasher, nodeCryptoHasher } from './hasher.js'
import { hashOfLeaves, leavesFrom } from './leaves.js'

/** The deepest subtree that a prefix can name. */
const MAX_DEPTH = 32

export interface SubtreeClaim {
  /** Of the whole table, 32 bytes, from a header that the caller trusts. */
  readonly root: Uint8Array
  readonly depth: number
  readonly prefix: number
  /** n × 32 bytes, the keys of the records in the order in which they came. */
  readonly keys: Uint8Array
  /** Ascending in height, `depth` of them; undefined = empty. */
  readonly siblings: readonly (Uint8Array | undefined)[]
}

/** Either the leaf hashes, n × 32 bytes, or the hash that was computed from the keys and the records. */
export type SubtreeContent = { readonly leafHashes: Uint8Array } | { readonly subtreeHash: Uint8Array }

/**
 * Whether a table with this root holds, below `prefix`, exactly these records: keys under the prefix and strictly
 * ascending, and their subtree folded with the siblings equal to the root. Spec transport 14.5.
 */
export function verifySubtree(claim: SubtreeClaim & SubtreeContent, hasher: MerkleHasher = nodeCryptoHasher): boolean {
  const { depth, prefix, siblings, root } = claim
  if (!Number.isInteger(depth) || depth < 0 || depth > MAX_DEPTH || siblings.length !== depth) return false
  if (!Number.isInteger(prefix) || prefix < 0 || prefix >= 2 ** depth) return false
  const hash = contentHash(claim, hasher)
  return hash !== undefined && bytesEqual(foldedWith(hash, claim, hasher), root)
}

function contentHash(claim: SubtreeClaim & SubtreeContent, hasher: MerkleHasher): Uint8Array | undefined {
  const { keys, depth, prefix } = claim
  const leaves = leavesFrom(keys, 'leafHashes' in claim ? claim.leafHashes : keys)
  if (leaves === undefined || !ascendInTreeOrder(leaves.map(({ key }) => key))) return undefined
  const subtree = alignedAt(depth, prefix)
  if (!leaves.every(({ key }) => holds(subtree, key))) return undefined
  return 'leafHashes' in claim ? hashOfLeaves(leaves, TREE_LEVELS - depth, hasher) : claim.subtreeHash
}

function foldedWith(hash: Uint8Array, { depth, prefix, siblings }: SubtreeClaim, hasher: MerkleHasher): Uint8Array {
  return siblings.reduce<Uint8Array>((current, listed, up) => {
    const sibling = listed ?? emptyHash(TREE_LEVELS - depth + up)
    const isLeft = Math.floor(prefix / 2 ** up) % 2 === 0
    return isLeft ? hasher.node(current, sibling) : hasher.node(sibling, current)
  }, hash)
}
