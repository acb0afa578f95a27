import { TREE_LEVELS } from '../constants.js'
import { emptyHash, type MerkleHasher, nodeCryptoHasher } from './hasher.js'
import { proveKey } from './proof.js'
import { hashAt, insertLeaf, type TrieNode } from './trie.js'

/** `[key, record bytes]` pairs in any order; of two equal keys the later one counts. */
export type Entries = Iterable<readonly [key: Uint8Array, record: Uint8Array]>

const asIs = (record: Uint8Array) => record

/** Root of the tree over `entries`: spec protocol 5.2. */
export function smtRoot(entries: Entries, hasher: MerkleHasher = nodeCryptoHasher): Uint8Array {
  const root = build(entries)
  return root === undefined ? emptyHash(TREE_LEVELS) : hashAt(root, TREE_LEVELS, { hasher, encode: asIs })
}

/** Inclusion or absence proof of `key` in the tree over `entries`: spec protocol 5.2. */
export function proveEntries(entries: Entries, key: Uint8Array, hasher: MerkleHasher = nodeCryptoHasher): Uint8Array {
  return proveKey(build(entries), key, { hasher, encode: asIs })
}

function build(entries: Entries): TrieNode<Uint8Array> | undefined {
  let root: TrieNode<Uint8Array> | undefined
  for (const [key, record] of entries) root = insertLeaf(root, key, record)
  return root
}
