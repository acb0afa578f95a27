import { TREE_LEVELS } from '../constants.js'
import { type Aligned, childrenOf } from './aligned.js'
import { bitOf, highestDifference } from './bits.js'
import { emptyHash } from './hasher.js'
import { type LazyModules, type Tile, tileOf } from './lazy.js'
import type { Stub } from './stub.js'
import { hashAt, isLeaf, type TrieHashing, type TrieNode } from './trie.js'

/**
 * The tiles of a tree by those it was made from. A tile in which nothing was written keeps its node, without what that had
 * loaded; the others are made from the nodes in memory, without reading a record, and halved until none holds more than
 * `maxLeaves`.
 */
export function releasedTiles<V>(
  root: TrieNode<V> | undefined,
  stubs: readonly Stub[],
  modules: LazyModules<V> & TrieHashing<V>,
  maxLeaves: number,
): Tile<V>[] {
  return stubs.flatMap((stub): Tile<V>[] => {
    const node = nodeIn(root, stub)
    if (node === undefined && stub.count === 0) return [{ stub, node }]
    if (node?.known?.level !== TREE_LEVELS - stub.depth) {
      return [...stubsBelow(node, stub, modules, maxLeaves)].map((each) => tileOf(each, modules))
    }
    node.forget?.()
    return [{ stub, node }]
  })
}

function* stubsBelow<V>(
  node: TrieNode<V> | undefined,
  tile: Aligned,
  modules: TrieHashing<V>,
  maxLeaves: number,
): Generator<Stub> {
  const count = node === undefined ? 0 : leafCount(node)
  if (count <= maxLeaves || tile.depth === TREE_LEVELS) {
    yield stubOfNode(node, tile, count, modules)
    return
  }
  for (const half of childrenOf(tile)) yield* stubsBelow(nodeIn(node, half), half, modules, maxLeaves)
}

function stubOfNode<V>(
  node: TrieNode<V> | undefined,
  { depth, lo }: Aligned,
  count: number,
  modules: TrieHashing<V>,
): Stub {
  const level = TREE_LEVELS - depth
  if (node === undefined) return { depth, lo, count: 0, hash: emptyHash(level), key: lo, height: 0 }
  return { depth, lo, count, hash: hashAt(node, level, modules), key: node.key, height: node.height }
}

/** The node that holds exactly the leaves of an aligned subtree; nothing outside memory is touched on the way. */
function nodeIn<V>(root: TrieNode<V> | undefined, { depth, lo }: Aligned): TrieNode<V> | undefined {
  const level = TREE_LEVELS - depth
  let node = root
  while (node !== undefined && node.height > level) {
    if (highestDifference(node.key, lo) >= node.height || isLeaf(node)) return undefined
    node = bitOf(lo, node.height - 1) === 0 ? node.left : node.right
  }
  return node !== undefined && highestDifference(node.key, lo) < level ? node : undefined
}

function leafCount<V>(node: TrieNode<V>): number {
  return isLeaf(node) ? 1 : leafCount(node.left) + leafCount(node.right)
}
