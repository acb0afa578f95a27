import { bitOf, highestDifference } from './bits.js'
import type { MerkleHasher } from './hasher.js'

/**
 * The shape of a sparse Merkle tree without its empty parts: a binary radix tree. Nodes are never changed after they
 * were linked, so a change copies one path and every older root stays valid; only the hash caches are written later,
 * with values that follow from the structure alone.
 */
export type TrieNode<V> = TrieLeaf<V> | TrieBranch<V>

/** The hash of a subtree at some level at or above its height. */
export interface KnownHash {
  readonly level: number
  readonly hash: Uint8Array
}

interface HashCache {
  /** The hash at this node's own height. */
  hash?: Uint8Array | undefined
  /** The same subtree folded with empty siblings up to where its parent takes it. */
  lifted?: KnownHash | undefined
  /** What is known of a node whose inside is not in memory. */
  readonly known?: KnownHash | undefined
  /** Brings what is not in memory there. Afterwards the place it came from may change. */
  load?(): void
  /** Lets go of what `load` brought; it is read again when it is touched. */
  forget?(): void
}

interface Sides<V> {
  readonly left: TrieNode<V>
  readonly right: TrieNode<V>
}

export interface TrieLeaf<V> extends HashCache {
  readonly height: 0
  readonly key: Uint8Array
  readonly value: V
  /** Of a leaf that need not be in memory. */
  valueOnce?(): V
}

export interface TrieBranch<V> extends HashCache, Sides<V> {
  /** One more than the bit in which the two sides differ; both sides are non-empty. */
  readonly height: number
  /** Any key below: all of them agree in the bits from `height` up. */
  readonly key: Uint8Array
  /** Of a branch whose inside need not be in memory. */
  sidesOnce?(): Sides<V>
}

/** The value of a leaf, which does not stay in memory where it was not. */
export function readValue<V>(leaf: TrieLeaf<V>): V {
  return leaf.valueOnce === undefined ? leaf.value : leaf.valueOnce()
}

/** Both sides of a branch, which do not stay in memory where they were not. */
export function readSides<V>(branch: TrieBranch<V>): Sides<V> {
  return branch.sidesOnce?.() ?? branch
}

export function isLeaf<V>(node: TrieNode<V>): node is TrieLeaf<V> {
  return node.height === 0
}

export function findLeaf<V>(root: TrieNode<V> | undefined, key: Uint8Array): TrieLeaf<V> | undefined {
  const nearest = root === undefined ? undefined : nearestTo(root, key)
  return nearest !== undefined && isLeaf(nearest) && highestDifference(nearest.key, key) === -1 ? nearest : undefined
}

/** The tree with `value` under `key`, added or replaced. */
export function insertLeaf<V>(root: TrieNode<V> | undefined, key: Uint8Array, value: V): TrieNode<V> {
  const leaf: TrieLeaf<V> = { height: 0, key, value }
  if (root === undefined) return leaf
  return place(root, leaf, highestDifference(nearestTo(root, key).key, key))
}

/** The tree without `key`; the same tree when it is not there. */
export function removeLeaf<V>(root: TrieNode<V> | undefined, key: Uint8Array): TrieNode<V> | undefined {
  return findLeaf(root, key) === undefined || root === undefined ? root : without(root, key)
}

/** Hash of a subtree at `level`, at or above its own height. Computes what is not cached, and only that. */
export function hashAt<V>(node: TrieNode<V>, level: number, modules: TrieHashing<V>): Uint8Array {
  if (node.lifted?.level === level) return node.lifted.hash
  const base = knownAtMost(node, level) ?? atOwnHeight(node, modules)
  if (level === base.level) return base.hash
  const hash = modules.hasher.fold(node.key, base.hash, base.level, level)
  node.lifted = { level, hash }
  return hash
}

function atOwnHeight<V>(node: TrieNode<V>, modules: TrieHashing<V>): KnownHash {
  node.hash ??= ownHash(node, modules)
  return { level: node.height, hash: node.hash }
}

function knownAtMost<V>({ known }: TrieNode<V>, level: number): KnownHash | undefined {
  return known !== undefined && known.level <= level ? known : undefined
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
  if (isLeaf(node)) return modules.hasher.leaf(modules.encode(readValue(node)))
  const below = node.height - 1
  const { left, right } = readSides(node)
  return modules.hasher.node(hashAt(left, below, modules), hashAt(right, below, modules))
}

/**
 * A node that agrees with `key` down to the first bit in which every leaf on the key's path differs from it: that leaf, or
 * a node that is not in memory and that the key leads past.
 */
function nearestTo<V>(root: TrieNode<V>, key: Uint8Array): TrieNode<V> {
  let node = root
  while (!isLeaf(node)) {
    if (node.known !== undefined && highestDifference(node.key, key) >= node.height) return node
    node = bitOf(key, node.height - 1) === 0 ? node.left : node.right
  }
  return node
}

function place<V>(node: TrieNode<V>, leaf: TrieLeaf<V>, bit: number): TrieNode<V> {
  // What a node outside memory is known by ends where a key joins its subtree, and with a change its place may not agree with it.
  if (node.known !== undefined && bit < node.known.level) node.load?.()
  if (bit >= node.height) return join(node, leaf, bit)
  if (isLeaf(node)) {
    node.load?.()
    return leaf
  }
  return bitOf(leaf.key, node.height - 1) === 0
    ? branch(node.height, place(node.left, leaf, bit), node.right)
    : branch(node.height, node.left, place(node.right, leaf, bit))
}

function without<V>(node: TrieNode<V>, key: Uint8Array): TrieNode<V> | undefined {
  if (isLeaf(node)) {
    node.load?.()
    return undefined
  }
  if (bitOf(key, node.height - 1) === 0) {
    const left = without(node.left, key)
    return left === undefined ? node.right : branch(node.height, left, node.right)
  }
  const right = without(node.right, key)
  return right === undefined ? node.left : branch(node.height, node.left, right)
}

/** Both sides are non-empty and `left` comes before `right`. */
export function branch<V>(height: number, left: TrieNode<V>, right: TrieNode<V>): TrieBranch<V> {
  return { height, key: left.key, left, right }
}

function join<V>(a: TrieNode<V>, b: TrieNode<V>, bit: number): TrieBranch<V> {
  return bitOf(a.key, bit) === 0 ? branch(bit + 1, a, b) : branch(bit + 1, b, a)
}
