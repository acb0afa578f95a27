import { bitOf, highestDifference } from './bits.js'
import type { MerkleHasher } from './hasher.js'

/**
 * The shape of a sparse Merkle tree without its empty parts: a binary radix tree. Nodes are never changed after they
 * were linked, so a change copies one path and every older root stays valid; only the hash caches are written later,
 * with values that follow from the structure alone.
 */
export type TrieNode<V> = TrieLeaf<V> | TrieBranch<V>

interface HashCache {
  /** The hash at this node's own height. */
  hash?: Uint8Array
  /** The same subtree folded with empty siblings up to where its parent takes it. */
  lifted?: { readonly level: number; readonly hash: Uint8Array }
}

export interface TrieLeaf<V> extends HashCache {
  readonly height: 0
  readonly key: Uint8Array
  readonly value: V
}

export interface TrieBranch<V> extends HashCache {
  /** One more than the bit in which the two sides differ; both sides are non-empty. */
  readonly height: number
  /** Any key below: all of them agree in the bits from `height` up. */
  readonly key: Uint8Array
  readonly left: TrieNode<V>
  readonly right: TrieNode<V>
}

export function isLeaf<V>(node: TrieNode<V>): node is TrieLeaf<V> {
  return node.height === 0
}

export function findLeaf<V>(root: TrieNode<V> | undefined, key: Uint8Array): TrieLeaf<V> | undefined {
  if (root === undefined) return undefined
  const leaf = nearestLeaf(root, key)
  return highestDifference(leaf.key, key) === -1 ? leaf : undefined
}

/** The tree with `value` under `key`, added or replaced. */
export function insertLeaf<V>(root: TrieNode<V> | undefined, key: Uint8Array, value: V): TrieNode<V> {
  const leaf: TrieLeaf<V> = { height: 0, key, value }
  if (root === undefined) return leaf
  return place(root, leaf, highestDifference(nearestLeaf(root, key).key, key))
}

/** The tree without `key`; the same tree when it is not there. */
export function removeLeaf<V>(root: TrieNode<V> | undefined, key: Uint8Array): TrieNode<V> | undefined {
  return findLeaf(root, key) === undefined || root === undefined ? root : without(root, key)
}

/** Hash of a subtree at `level`, at or above its own height. Computes what is not cached, and only that. */
export function hashAt<V>(node: TrieNode<V>, level: number, modules: TrieHashing<V>): Uint8Array {
  if (node.lifted?.level === level) return node.lifted.hash
  node.hash ??= ownHash(node, modules)
  if (level === node.height) return node.hash
  const hash = modules.hasher.fold(node.key, node.hash, node.height, level)
  node.lifted = { level, hash }
  return hash
}

export interface TrieHashing<V> {
  readonly hasher: MerkleHasher
  readonly encode: (value: V) => Uint8Array
}

export function* leavesOf<V>(node: TrieNode<V> | undefined): Generator<TrieLeaf<V>> {
  if (node === undefined) return
  if (isLeaf(node)) {
    yield node
    return
  }
  yield* leavesOf(node.left)
  yield* leavesOf(node.right)
}

function ownHash<V>(node: TrieNode<V>, modules: TrieHashing<V>): Uint8Array {
  if (isLeaf(node)) return modules.hasher.leaf(modules.encode(node.value))
  const below = node.height - 1
  return modules.hasher.node(hashAt(node.left, below, modules), hashAt(node.right, below, modules))
}

function nearestLeaf<V>(root: TrieNode<V>, key: Uint8Array): TrieLeaf<V> {
  let node = root
  while (!isLeaf(node)) node = bitOf(key, node.height - 1) === 0 ? node.left : node.right
  return node
}

function place<V>(node: TrieNode<V>, leaf: TrieLeaf<V>, bit: number): TrieNode<V> {
  if (bit >= node.height) return join(node, leaf, bit)
  if (isLeaf(node)) return leaf
  return bitOf(leaf.key, node.height - 1) === 0
    ? branch(node.height, place(node.left, leaf, bit), node.right)
    : branch(node.height, node.left, place(node.right, leaf, bit))
}

function without<V>(node: TrieNode<V>, key: Uint8Array): TrieNode<V> | undefined {
  if (isLeaf(node)) return undefined
  if (bitOf(key, node.height - 1) === 0) {
    const left = without(node.left, key)
    return left === undefined ? node.right : branch(node.height, left, node.right)
  }
  const right = without(node.right, key)
  return right === undefined ? node.left : branch(node.height, node.left, right)
}

function join<V>(a: TrieNode<V>, b: TrieNode<V>, bit: number): TrieBranch<V> {
  return bitOf(a.key, bit) === 0 ? branch(bit + 1, a, b) : branch(bit + 1, b, a)
}

function branch<V>(height: number, left: TrieNode<V>, right: TrieNode<V>): TrieBranch<V> {
  return { height, key: left.key, left, right }
}
