import { bytesEqual } from '@montana/foundation'
import { TREE_LEVELS } from '../constants.js'
import { LedgerError } from '../errors.js'
import { ascendInTreeOrder, holds, rangeOf } from './aligned.js'
import { highestDifference } from './bits.js'
import type { MerkleHasher } from './hasher.js'
import { firstRight, type Leaf } from './leaves.js'
import type { Stub } from './stub.js'
import { branch, hashAt, isLeaf, type KnownHash, type TrieBranch, type TrieLeaf, type TrieNode } from './trie.js'

/** Where the leaves and records of a table are that are not in memory. */
export interface LeafSource {
  /** In tree order, both ends inclusive. */
  leaves(lo: Uint8Array, hi: Uint8Array): Iterable<Leaf>
  record(key: Uint8Array): Uint8Array | undefined
}

export interface LazyModules<V> {
  readonly source: LeafSource
  readonly hasher: MerkleHasher
  decode(record: Uint8Array): V
}

/** A stub and what stands for it in a tree; undefined for an empty one. */
export interface Tile<V> {
  readonly stub: Stub
  readonly node: TrieNode<V> | undefined
}

/** A node of which only the hash is known; what is below it is loaded when it is touched. */
export function tileOf<V>(stub: Stub, modules: LazyModules<V>): Tile<V> {
  if (stub.count === 0) return { stub, node: undefined }
  const isLone = stub.count === 1
  return {
    stub,
    node: isLone ? new LazyLeaf(stub.key, modules, undefined, knownOf(stub)) : new StubBranch(stub, modules),
  }
}

/** The radix tree over the tiles of a table, which are in tree order. */
export function trieOfTiles<V>(tiles: readonly Tile<V>[]): TrieNode<V> | undefined {
  const nodes = tiles.flatMap(({ node }) => (node === undefined ? [] : [node]))
  return trieOf(nodes, 0, nodes.length)
}

function knownOf({ depth, hash }: Stub): KnownHash {
  return { level: TREE_LEVELS - depth, hash }
}

/** Joins nodes that are in tree order and whose subtrees do not overlap. */
function trieOf<V>(nodes: readonly TrieNode<V>[], from: number, to: number): TrieNode<V> | undefined {
  const [first, last] = [nodes[from], nodes[to - 1]]
  if (from >= to || first === undefined || last === undefined) return undefined
  if (first === last) return first
  const bit = highestDifference(first.key, last.key)
  const middle = firstRight(nodes, bit, from, to)
  const [left, right] = [trieOf(nodes, from, middle), trieOf(nodes, middle, to)]
  return left === undefined || right === undefined ? (left ?? right) : branch(bit + 1, left, right)
}

/** A leaf whose record is read when it is asked for, and held against the leaf hash, or against the hash of its stub. */
class LazyLeaf<V> implements TrieLeaf<V> {
  readonly height = 0
  readonly key: Uint8Array
  readonly known: KnownHash | undefined
  hash: Uint8Array | undefined
  lifted: KnownHash | undefined
  readonly #modules: LazyModules<V>
  #content: { readonly value: V } | undefined

  constructor(key: Uint8Array, modules: LazyModules<V>, hash: Uint8Array | undefined, known: KnownHash | undefined) {
    this.key = key
    this.known = known
    this.hash = hash
    this.lifted = undefined
    this.#modules = modules
  }

  get value(): V {
    return this.#loaded().value
  }

  valueOnce(): V {
    return (this.#content ?? { value: this.#read() }).value
  }

  load(): void {
    this.#loaded()
  }

  forget(): void {
    this.#content = undefined
  }

  #loaded(): { readonly value: V } {
    this.#content ??= { value: this.#read() }
    return this.#content
  }

  #read(): V {
    const { source, hasher, decode } = this.#modules
    const record = source.record(this.key)
    if (record === undefined) throw LedgerError.tableCorrupt('a record is missing', { key: this.key })
    const hash = hasher.leaf(record)
    if (!this.#isRight(hash, hasher))
      throw LedgerError.tableCorrupt('a record is not what its hash says', { key: this.key })
    this.hash = hash
    return decode(record)
  }

  #isRight(hash: Uint8Array, hasher: MerkleHasher): boolean {
    if (this.hash !== undefined) return bytesEqual(this.hash, hash)
    const { known } = this
    return known !== undefined && bytesEqual(hasher.fold(this.key, hash, 0, known.level), known.hash)
  }
}

/** A subtree of which only the hash is known until a key in it is touched. */
class StubBranch<V> implements TrieBranch<V> {
  readonly height: number
  readonly key: Uint8Array
  readonly known: KnownHash
  hash: Uint8Array | undefined
  lifted: KnownHash | undefined
  readonly #stub: Stub
  readonly #modules: LazyModules<V>
  #loaded: TrieBranch<V> | undefined

  constructor(stub: Stub, modules: LazyModules<V>) {
    this.height = stub.height
    this.key = stub.key
    this.known = knownOf(stub)
    this.hash = undefined
    this.lifted = undefined
    this.#stub = stub
    this.#modules = modules
  }

  get left(): TrieNode<V> {
    return this.#bucket().left
  }

  get right(): TrieNode<V> {
    return this.#bucket().right
  }

  sidesOnce(): TrieBranch<V> {
    return this.#loaded ?? readBucket(this.#stub, this.#modules)
  }

  load(): void {
    this.#bucket()
  }

  forget(): void {
    this.#loaded = undefined
  }

  #bucket(): TrieBranch<V> {
    this.#loaded ??= readBucket(this.#stub, this.#modules)
    return this.#loaded
  }
}

function readBucket<V>(stub: Stub, modules: LazyModules<V>): TrieBranch<V> {
  const nodes = readLeaves(stub, modules.source).map(({ key, hash }) => new LazyLeaf(key, modules, hash, undefined))
  const root = trieOf<V>(nodes, 0, nodes.length)
  if (root === undefined || isLeaf(root) || root.height !== stub.height) throw wrongBucket(stub)
  const encode = () => {
    throw wrongBucket(stub)
  }
  const hash = hashAt(root, TREE_LEVELS - stub.depth, { hasher: modules.hasher, encode })
  if (!bytesEqual(hash, stub.hash)) throw wrongBucket(stub)
  return root
}

function readLeaves(stub: Stub, source: LeafSource): Leaf[] {
  const { lo, hi } = rangeOf(stub)
  const leaves: Leaf[] = []
  for (const leaf of source.leaves(lo, hi)) {
    if (leaves.length === stub.count) throw wrongBucket(stub)
    leaves.push(leaf)
  }
  const keys = leaves.map(({ key }) => key)
  const isWhole = leaves.length === stub.count && ascendInTreeOrder(keys) && keys.every((key) => holds(stub, key))
  if (!isWhole) throw wrongBucket(stub)
  return leaves
}

function wrongBucket({ lo, depth }: Stub): LedgerError {
  return LedgerError.tableCorrupt('the leaves of a subtree are not what its hash says', { lo, depth })
}
