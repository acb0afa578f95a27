import { ByteReader, ByteWriter, CodecError } from '@montana/codec'
import { bytesEqual } from '@montana/foundation'
import { HASH_BYTES, TREE_LEVELS } from '../constants.js'
import { ascendInTreeOrder, compareTreeOrder, type KeyRange } from './aligned.js'
import { emptyHash, type MerkleHasher, nodeCryptoHasher } from './hasher.js'
import { hashOfLeaves, type Leaf, leavesFrom } from './leaves.js'
import { type LeafReader, leavesByStub, type StubTree } from './stub-tree.js'

/** At most two subtrees per level straddle an end: spec protocol 15.4. */
export const MAX_OUTSIDE_NODES = 510

/** The outside nodes of an interval from left to right; undefined = empty. */
type OutsideNodes = readonly (Uint8Array | undefined)[]

export interface RangeClaim extends KeyRange {
  /** Of the whole table, 32 bytes, from a header that the caller trusts. */
  readonly root: Uint8Array
  /** n × 32 bytes each, in the order in which the records came. */
  readonly keys: Uint8Array
  readonly leafHashes: Uint8Array
  readonly proof: Uint8Array
}

/** What is outside lo … hi (both inclusive), in the encoding of spec protocol 15.4. `leaves` reads the same state. */
export function proveRange(tree: StubTree, leaves: LeafReader, { lo, hi }: KeyRange): Uint8Array {
  const outside: (Uint8Array | undefined)[] = []
  const read = leavesByStub(tree, leaves)
  walk(positionOf(lo), positionOf(hi), {
    outside(level, base) {
      const hash = tree.hashAt({ depth: TREE_LEVELS - level, lo: keyAt(base) }, read)
      outside.push(bytesEqual(hash, emptyHash(level)) ? undefined : hash)
    },
    inside: () => {},
    node: () => {},
  })
  return encode(outside)
}

/** Whether a table with this root holds, in lo … hi, exactly these records: spec protocol 15.4. */
export function verifyRange(claim: RangeClaim, hasher: MerkleHasher = nodeCryptoHasher): boolean {
  const leaves = leavesFrom(claim.keys, claim.leafHashes)
  const outside = decode(claim.proof)
  if (leaves === undefined || outside === undefined || !areWithin(leaves, claim)) return false
  const root = rootFrom(leaves, outside, claim, hasher)
  return root !== undefined && bytesEqual(root, claim.root)
}

/** The key with K(key) + 1: where the interval after `hi` begins; undefined after the last key of all. */
export function nextKey(hi: Uint8Array): Uint8Array | undefined {
  const next = positionOf(hi) + 1n
  return next >> BigInt(TREE_LEVELS) === 0n ? keyAt(next) : undefined
}

function areWithin(leaves: readonly Leaf[], { lo, hi }: KeyRange): boolean {
  const keys = leaves.map(({ key }) => key)
  if (lo.length !== HASH_BYTES || hi.length !== HASH_BYTES || compareTreeOrder(lo, hi) > 0) return false
  return (
    ascendInTreeOrder([...keys]) &&
    keys.every((key) => compareTreeOrder(lo, key) <= 0 && compareTreeOrder(key, hi) <= 0)
  )
}

/** Undefined when the proof has fewer or more outside nodes than the interval, or lists an empty one. */
function rootFrom(leaves: readonly Leaf[], outside: OutsideNodes, { lo, hi }: KeyRange, hasher: MerkleHasher) {
  let [node, leaf, isSound] = [0, 0, true]
  const root = walk<Uint8Array>(positionOf(lo), positionOf(hi), {
    outside(level) {
      const listed = outside[node++]
      if (node > outside.length || (listed !== undefined && bytesEqual(listed, emptyHash(level)))) isSound = false
      return listed ?? emptyHash(level)
    },
    inside(level, _base, top) {
      const from = leaf
      const end = keyAt(top)
      while (leaf < leaves.length && compareTreeOrder(leaves[leaf]?.key ?? end, end) <= 0) leaf += 1
      return hashOfLeaves(leaves, level, hasher, from, leaf)
    },
    node: (left, right) => (isSound ? hasher.node(left, right) : left),
  })
  return isSound && node === outside.length && leaf === leaves.length ? root : undefined
}

interface Visitor<T> {
  /** A subtree that does not meet the interval. */
  outside(level: number, base: bigint): T
  /** A subtree that lies in it. */
  inside(level: number, base: bigint, top: bigint): T
  node(left: T, right: T): T
}

/** From left to right through the maximal subtrees on both sides of the ends lo ≤ hi. */
function walk<T>(lo: bigint, hi: bigint, visitor: Visitor<T>, level = TREE_LEVELS, base = 0n): T {
  const half = level === 0 ? 0n : 1n << BigInt(level - 1)
  const top = base + (1n << BigInt(level)) - 1n
  if (top < lo || base > hi) return visitor.outside(level, base)
  if (lo <= base && top <= hi) return visitor.inside(level, base, top)
  const left = walk(lo, hi, visitor, level - 1, base)
  return visitor.node(left, walk(lo, hi, visitor, level - 1, base + half))
}

/** K(key): the key read as a little-endian integer. */
function positionOf(key: Uint8Array): bigint {
  return BigInt(`0x${Buffer.from(key).reverse().toString('hex')}`)
}

function keyAt(position: bigint): Uint8Array {
  const hex = position.toString(16).padStart(HASH_BYTES * 2, '0')
  return new Uint8Array(Buffer.from(hex, 'hex').reverse())
}

function encode(outside: OutsideNodes): Uint8Array {
  const bitmap = new Uint8Array(Math.ceil(outside.length / 8))
  outside.forEach((hash, j) => {
    if (hash !== undefined) bitmap[j >> 3] = (bitmap[j >> 3] ?? 0) | (1 << (j & 7))
  })
  const listed = outside.filter((hash) => hash !== undefined)
  const writer = new ByteWriter(2 + bitmap.length + 2 + listed.length * HASH_BYTES)
    .u16(outside.length)
    .bytes(bitmap)
    .u16(listed.length)
  for (const hash of listed) writer.bytes(hash, HASH_BYTES)
  return writer.finish()
}

function decode(proof: Uint8Array): OutsideNodes | undefined {
  try {
    return readNodes(new ByteReader(proof))
  } catch (error) {
    if (error instanceof CodecError) return undefined
    throw error
  }
}

function readNodes(reader: ByteReader): OutsideNodes | undefined {
  const count = reader.u16()
  if (count > MAX_OUTSIDE_NODES) return undefined
  const bitmap = reader.bytes(Math.ceil(count / 8))
  const isListed = (j: number) => (((bitmap[j >> 3] ?? 0) >> (j & 7)) & 1) === 1
  const listedCount = reader.u16()
  const nodes: (Uint8Array | undefined)[] = []
  for (let j = 0; j < count; j++) nodes.push(isListed(j) ? reader.bytes(HASH_BYTES) : undefined)
  reader.end()
  const isPadded = Array.from({ length: bitmap.length * 8 - count }, (_, i) => isListed(count + i)).some(Boolean)
  return !isPadded && nodes.filter(Boolean).length === listedCount ? nodes : undefined
}
