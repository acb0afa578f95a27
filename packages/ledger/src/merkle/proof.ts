import { ByteReader, ByteWriter, CodecError } from '@montana/codec'
import { bytesEqual } from '@montana/foundation'
import { HASH_BYTES, MAX_PROOF_LEAF_BYTES, MAX_PROOF_SIBLINGS, TREE_LEVELS } from '../constants.js'
import { alignedOf, siblingOf } from './aligned.js'
import { bitOf, highestDifference } from './bits.js'
import { emptyHash, type MerkleHasher, nodeCryptoHasher } from './hasher.js'
import { type LeafReader, leavesByStub, type StubTree } from './stub-tree.js'
import { hashAt, isLeaf, readSides, readValue, type TrieBranch, type TrieHashing, type TrieNode } from './trie.js'

const BITMAP_BYTES = TREE_LEVELS / 8
const FIXED_BYTES = HASH_BYTES + 4 + BITMAP_BYTES + 2

/** What a verified proof says: the record under `key`, or that there is none. */
export interface ProvenEntry {
  readonly key: Uint8Array
  readonly record?: Uint8Array
}

interface Path {
  record: Uint8Array | undefined
  /** Non-empty siblings by level. */
  readonly siblings: Map<number, Uint8Array>
}

/** Inclusion or absence proof of `key` in the encoding of spec protocol 5.2. What is not in memory does not stay there. */
export function proveKey<V>(root: TrieNode<V> | undefined, key: Uint8Array, modules: TrieHashing<V>): Uint8Array {
  return encodePath(key, pathTo(root, key, modules))
}

/** The same from the stubs of a table: `record` is what is stored under `key`, `leaves` reads the same state. */
export function proveRecord(
  tree: StubTree,
  leaves: LeafReader,
  { key, record }: { readonly key: Uint8Array; readonly record: Uint8Array | undefined },
): Uint8Array {
  const read = leavesByStub(tree, leaves)
  const siblings = new Map<number, Uint8Array>()
  for (let level = 0; level < TREE_LEVELS; level++) {
    const hash = tree.hashAt(siblingOf(alignedOf(key, TREE_LEVELS - level)), read)
    if (!bytesEqual(hash, emptyHash(level))) siblings.set(level, hash)
  }
  return encodePath(key, { record, siblings })
}

function encodePath(key: Uint8Array, path: Path): Uint8Array {
  const record = path.record ?? new Uint8Array(0)
  const levels = [...path.siblings.keys()].sort((a, b) => a - b)
  const bitmap = new Uint8Array(BITMAP_BYTES)
  for (const level of levels) bitmap[level >> 3] = (bitmap[level >> 3] ?? 0) | (1 << (level & 7))
  const writer = new ByteWriter(FIXED_BYTES + record.length + HASH_BYTES * levels.length)
    .bytes(key, HASH_BYTES)
    .u32(record.length)
    .bytes(record)
    .bytes(bitmap)
    .u16(levels.length)
  for (const level of levels) writer.bytes(path.siblings.get(level) ?? emptyHash(level), HASH_BYTES)
  return writer.finish()
}

/** Checks a proof against a root the caller trusts. `undefined`: it proves nothing, whatever the reason. */
export function verifyInclusionProof(
  root: Uint8Array,
  proof: Uint8Array,
  hasher: MerkleHasher = nodeCryptoHasher,
): ProvenEntry | undefined {
  const parsed = parseProof(proof)
  if (parsed === undefined) return undefined
  const { key, record, siblings } = parsed
  let current = record === undefined ? emptyHash(0) : hasher.leaf(record)
  for (let level = 0; level < TREE_LEVELS; level++) {
    const sibling = siblings.get(level) ?? emptyHash(level)
    current = bitOf(key, level) === 0 ? hasher.node(current, sibling) : hasher.node(sibling, current)
  }
  if (!bytesEqual(current, root)) return undefined
  return record === undefined ? { key } : { key, record }
}

function pathTo<V>(root: TrieNode<V> | undefined, key: Uint8Array, modules: TrieHashing<V>): Path {
  const path: Path = { record: undefined, siblings: new Map() }
  let node = root
  while (node !== undefined) {
    const apart = highestDifference(node.key, key)
    if (apart >= node.height) {
      path.siblings.set(apart, hashAt(node, apart, modules))
      return path
    }
    if (isLeaf(node)) {
      path.record = modules.encode(readValue(node))
      return path
    }
    const below: number = node.height - 1
    const isLeft = bitOf(key, below) === 0
    const { left, right }: Pick<TrieBranch<V>, 'left' | 'right'> = readSides(node)
    path.siblings.set(below, hashAt(isLeft ? right : left, below, modules))
    node = isLeft ? left : right
  }
  return path
}

function parseProof(proof: Uint8Array): (Path & { key: Uint8Array }) | undefined {
  try {
    return readProof(new ByteReader(proof))
  } catch (error) {
    if (error instanceof CodecError) return undefined
    throw error
  }
}

function readProof(reader: ByteReader): (Path & { key: Uint8Array }) | undefined {
  const key = reader.bytes(HASH_BYTES).slice()
  const leafLength = reader.u32()
  if (leafLength > MAX_PROOF_LEAF_BYTES) return undefined
  const record = leafLength === 0 ? undefined : reader.bytes(leafLength).slice()
  const bitmap = reader.bytes(BITMAP_BYTES)
  const count = reader.u16()
  if (count > MAX_PROOF_SIBLINGS) return undefined
  const siblings = new Map<number, Uint8Array>()
  for (let level = 0; level < TREE_LEVELS; level++) {
    if (bitOf(bitmap, level) === 1) siblings.set(level, reader.bytes(HASH_BYTES))
  }
  reader.end()
  return siblings.size === count ? { key, record, siblings } : undefined
}
