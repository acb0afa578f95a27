import { bytesEqual } from '@montana/foundation'
import { TREE_LEVELS } from '../constants.js'
import { LedgerError } from '../errors.js'
import { type Aligned, alignedAt, childrenOf, holds, rangeOf, siblingOf } from './aligned.js'
import { bitOf } from './bits.js'
import { emptyHash, type MerkleHasher, nodeCryptoHasher } from './hasher.js'
import { hashOfLeaves, type Leaf } from './leaves.js'
import { notTiled, type Stub, tileAt } from './stub.js'

/** Reads leaf hashes in tree order, both ends inclusive. */
export type LeafReader = (lo: Uint8Array, hi: Uint8Array) => Iterable<Leaf>

interface Inner {
  readonly left: Tile
  readonly right: Tile
  hash?: Uint8Array
}

type Tile = Stub | Inner

/**
 * The upper part of a table's tree: its inner nodes down to the stubs, hashed once. What lies inside a stub comes from a
 * reader of its leaves, which must belong to the same state.
 */
export class StubTree {
  readonly #root: Tile
  readonly #hasher: MerkleHasher

  /** `stubs` tile the key space in tree order, else LedgerError `TableCorrupt`. */
  constructor(stubs: readonly Stub[], hasher: MerkleHasher = nodeCryptoHasher) {
    const cursor = { at: 0 }
    this.#hasher = hasher
    this.#root = build({ depth: 0, lo: new Uint8Array(TREE_LEVELS / 8) }, stubs, cursor)
    if (cursor.at !== stubs.length) throw notTiled(stubs[cursor.at])
  }

  root(): Uint8Array {
    return this.#hashOf(this.#root)
  }

  /** The stub whose subtree holds `key`. */
  stubAt(key: Uint8Array): Stub {
    return this.#descend(key, TREE_LEVELS) as Stub
  }

  /** Hash of any aligned subtree, at level 256 − depth. */
  hashAt(aligned: Aligned, leaves: LeafReader): Uint8Array {
    const tile = this.#descend(aligned.lo, aligned.depth)
    if (!isStub(tile) || tile.depth >= aligned.depth) return this.#hashOf(tile)
    if (tile.count === 0) return emptyHash(TREE_LEVELS - aligned.depth)
    const { lo, hi } = rangeOf(aligned)
    return hashOfLeaves([...leaves(lo, hi)], TREE_LEVELS - aligned.depth, this.#hasher)
  }

  /** Hashes of the siblings on the way up from a subtree, ascending in height; undefined where one is empty. */
  siblings(depth: number, prefix: number, leaves: LeafReader): (Uint8Array | undefined)[] {
    const read = leavesByStub(this, leaves)
    const path = Array.from({ length: depth }, (_, up) => alignedAt(depth - up, Math.floor(prefix / 2 ** up)))
    return path.map((aligned) => {
      const hash = this.hashAt(siblingOf(aligned), read)
      return bytesEqual(hash, emptyHash(TREE_LEVELS - aligned.depth)) ? undefined : hash
    })
  }

  /** The leaves of a stub, which give its hash; else LedgerError `TableCorrupt`. */
  checkedLeaves(stub: Stub, leaves: LeafReader): readonly Leaf[] {
    const found = [...leaves(stub.lo, rangeOf(stub).hi)]
    const hash = hashOfLeaves(found, TREE_LEVELS - stub.depth, this.#hasher)
    if (found.length === stub.count && bytesEqual(hash, stub.hash)) return found
    throw LedgerError.tableCorrupt('the leaves of a subtree are not what its hash says', {
      lo: stub.lo,
      depth: stub.depth,
    })
  }

  /** Leaves below an aligned subtree, from the counts alone; undefined where it is smaller than its stub. */
  countAt(aligned: Aligned): number | undefined {
    const tile = this.#descend(aligned.lo, aligned.depth)
    return isStub(tile) && tile.depth < aligned.depth && tile.count > 0 ? undefined : countOf(tile)
  }

  #descend(key: Uint8Array, depth: number): Tile {
    let tile = this.#root
    for (let at = 0; at < depth && !isStub(tile); at++) {
      tile = bitOf(key, TREE_LEVELS - 1 - at) === 0 ? tile.left : tile.right
    }
    return tile
  }

  #hashOf(tile: Tile): Uint8Array {
    if (isStub(tile)) return tile.hash
    tile.hash ??= this.#hasher.node(this.#hashOf(tile.left), this.#hashOf(tile.right))
    return tile.hash
  }
}

/**
 * Hashes of the `depth` siblings between a subtree and the root, ascending in height, undefined = empty: what a
 * SnapshotChunk lists. `leaves` is needed where a stub is larger than one of them.
 */
export function siblingsOf(
  stubs: readonly Stub[],
  depth: number,
  prefix: number,
  hasher: MerkleHasher = nodeCryptoHasher,
  leaves: LeafReader = noLeaves,
): (Uint8Array | undefined)[] {
  return new StubTree(stubs, hasher).siblings(depth, prefix, leaves)
}

/**
 * Reads each stub's leaves once, holds them against its hash (LedgerError `TableCorrupt`), and answers every smaller subtree
 * of it from memory. For one proof, not to be kept.
 */
export function leavesByStub(tree: StubTree, leaves: LeafReader): LeafReader {
  const read = new Map<Stub, readonly Leaf[]>()
  return (lo, hi) => {
    const stub = tree.stubAt(lo)
    const all = read.get(stub) ?? tree.checkedLeaves(stub, leaves)
    read.set(stub, all)
    return within(all, lo, hi)
  }
}

function within(leaves: readonly Leaf[], lo: Uint8Array, hi: Uint8Array): readonly Leaf[] {
  let depth = 0
  while (depth < TREE_LEVELS && bitOf(lo, TREE_LEVELS - 1 - depth) === bitOf(hi, TREE_LEVELS - 1 - depth)) depth += 1
  return leaves.filter(({ key }) => holds({ depth, lo }, key))
}

function noLeaves(): never {
  throw new RangeError('a stub is larger than the subtree asked for, and there is no reader of its leaves')
}

function isStub(tile: Tile): tile is Stub {
  return 'depth' in tile
}

function countOf(tile: Tile): number {
  return isStub(tile) ? tile.count : countOf(tile.left) + countOf(tile.right)
}

function build(aligned: Aligned, stubs: readonly Stub[], cursor: { at: number }): Tile {
  const stub = tileAt(stubs[cursor.at], aligned)
  if (stub.depth === aligned.depth) {
    cursor.at += 1
    return stub
  }
  const [left, right] = childrenOf(aligned)
  const leftTile = build(left, stubs, cursor)
  return { left: leftTile, right: build(right, stubs, cursor) }
}
