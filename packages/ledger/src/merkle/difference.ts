import { bytesEqual } from '@montana/foundation'
import { highestDifference } from './bits.js'
import { isLeaf, type KnownHash, leavesOf, type TrieNode } from './trie.js'

export interface LeafChange<V> {
  readonly key: Uint8Array
  /** `undefined` where the key was removed. */
  readonly value: V | undefined
  /** Leaf hash of the value where the tree has it already. */
  readonly hash: Uint8Array | undefined
}

/**
 * What turns one tree into the other, in tree order. Shared subtrees are skipped, so the cost grows with the change.
 * A leaf that was written with an equal value counts as changed unless hashes that are known say otherwise.
 */
export function* trieDifference<V>(
  before: TrieNode<V> | undefined,
  after: TrieNode<V> | undefined,
): Generator<LeafChange<V>> {
  if (before === after) return
  if (before === undefined) yield* added(after)
  else if (after === undefined) yield* removed(before)
  else yield* bothPresent(before, after)
}

function* bothPresent<V>(before: TrieNode<V>, after: TrieNode<V>): Generator<LeafChange<V>> {
  if (isKnownEqual(before, after)) return
  const apart = highestDifference(before.key, after.key)
  if (apart >= Math.max(before.height, after.height)) {
    yield* removed(before)
    yield* added(after)
  } else if (isLeaf(before) && isLeaf(after)) {
    yield { key: after.key, value: after.value, hash: after.hash }
  } else if (before.height === after.height && !isLeaf(before) && !isLeaf(after)) {
    yield* trieDifference(before.left, after.left)
    yield* trieDifference(before.right, after.right)
  } else if (before.height < after.height && !isLeaf(after)) {
    const isLeft = highestDifference(before.key, after.left.key) < after.height - 1
    yield* trieDifference(isLeft ? before : undefined, after.left)
    yield* trieDifference(isLeft ? undefined : before, after.right)
  } else if (!isLeaf(before)) {
    const isLeft = highestDifference(after.key, before.left.key) < before.height - 1
    yield* trieDifference(before.left, isLeft ? after : undefined)
    yield* trieDifference(before.right, isLeft ? undefined : after)
  }
}

/** Where one side is not in memory, equal hashes at one level say that nothing needs to be read. */
function isKnownEqual<V>(before: TrieNode<V>, after: TrieNode<V>): boolean {
  if (before.known === undefined && after.known === undefined) return false
  return hashesOf(before).some(({ level, hash }) =>
    hashesOf(after).some((other) => other.level === level && bytesEqual(other.hash, hash)),
  )
}

function hashesOf<V>({ lifted, known, height, hash }: TrieNode<V>): KnownHash[] {
  const own = hash === undefined ? undefined : { level: height, hash }
  return [lifted, known, own].filter((each) => each !== undefined)
}

function* added<V>(node: TrieNode<V> | undefined): Generator<LeafChange<V>> {
  for (const leaf of leavesOf(node)) yield { key: leaf.key, value: leaf.value, hash: leaf.hash }
}

function* removed<V>(node: TrieNode<V>): Generator<LeafChange<V>> {
  for (const leaf of leavesOf(node)) yield { key: leaf.key, value: undefined, hash: undefined }
}
