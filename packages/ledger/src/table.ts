import { compareBytes } from '@montana/foundation'
import { ACCOUNT_RECORD_BYTES, CANDIDATE_RECORD_BYTES, NODE_RECORD_BYTES, TREE_LEVELS } from './constants.js'
import { trieDifference } from './merkle/difference.js'
import { emptyHash, type MerkleHasher, nodeCryptoHasher } from './merkle/hasher.js'
import { type LeafSource, tileOf, trieOfTiles } from './merkle/lazy.js'
import { proveKey } from './merkle/proof.js'
import type { Stub } from './merkle/stub.js'
import { findLeaf, hashAt, insertLeaf, leavesOf, removeLeaf, type TrieHashing, type TrieNode } from './merkle/trie.js'
import { releasedTiles } from './merkle/trie-stubs.js'
import type { RecordCodec } from './records/record-codec.js'

/**
 * Where a record is encoded to be hashed, one after the other: a large table would otherwise leave gigabytes of arrays
 * outside the JavaScript heap, and each 64 MB of them make V8 collect all of it.
 */
const scratch = new Uint8Array(Math.max(ACCOUNT_RECORD_BYTES, NODE_RECORD_BYTES, CANDIDATE_RECORD_BYTES))

interface Backing {
  readonly source: LeafSource
  /** The tiles from which the tree was made, in tree order. */
  readonly stubs: readonly Stub[]
}

export interface ReleasedStubs {
  /** In tree order; they tile the key space. */
  readonly stubs: readonly Stub[]
  /** Those of them that are new since the table was made from its source, or since the release before. */
  readonly changed: readonly Stub[]
}

interface Version<R> {
  readonly codec: RecordCodec<R>
  readonly hasher: MerkleHasher
  readonly root: TrieNode<R> | undefined
  readonly size: number
  /** Where the leaves are that are not in memory. */
  readonly backing?: Backing
  /** Keys in table order, shared by all versions with the same keys; sorted on first use. */
  readonly order: { keys?: readonly Uint8Array[] }
}

/**
 * One table of the state as a persistent sparse Merkle tree. A change returns a new table and leaves this one valid;
 * `root()` then hashes only the changed paths. Records and keys must not be written to once they are in a table.
 */
export class Table<R> {
  #version: Version<R>

  private constructor(version: Version<R>) {
    this.#version = version
  }

  static empty<R>(codec: RecordCodec<R>, hasher: MerkleHasher = nodeCryptoHasher): Table<R> {
    return new Table({ codec, hasher, root: undefined, size: 0, order: {} })
  }

  /** Of two records with one key the later counts. */
  static fromRecords<R>(codec: RecordCodec<R>, records: Iterable<R>, hasher?: MerkleHasher): Table<R> {
    let table = Table.empty(codec, hasher)
    for (const record of records) table = table.set(record)
    return table
  }

  /**
   * A table whose leaves stay where `source` has them: a subtree is read, and checked against its stub, when a key in it is
   * touched, a record when it is asked for. `stubs` tile the key space in tree order. What was written stays in memory; a
   * record is read before it is replaced, so that the source may follow the newest version of the table and every older one
   * stays valid. Reading throws LedgerError `TableCorrupt` where the source does not match the hashes.
   */
  static backed<R>(codec: RecordCodec<R>, hasher: MerkleHasher, source: LeafSource, stubs: Iterable<Stub>): Table<R> {
    const list = [...stubs]
    const size = list.reduce((sum, { count }) => sum + count, 0)
    const modules = { source, hasher, decode: (record: Uint8Array) => codec.decode(record) }
    const root = trieOfTiles(list.map((stub) => tileOf<R>(stub, modules)))
    return new Table({ codec, hasher, root, size, backing: { source, stubs: list }, order: {} })
  }

  /**
   * Of a backed table whose source holds exactly this version: forgets everything that the source can give again, and
   * returns the stubs of this version, none with more than `maxLeaves` where something was written. Its value stays what
   * it was. Older versions, and others made from them, are not to be read once the source has gone on. A table that is not
   * backed has no stubs.
   */
  release(maxLeaves: number): ReleasedStubs {
    const { backing, root, codec, hasher } = this.#version
    if (backing === undefined) return { stubs: [], changed: [] }
    const decode = (record: Uint8Array) => codec.decode(record)
    const modules = { ...this.#hashing(), hasher, decode, source: backing.source }
    const tiles = releasedTiles(root, backing.stubs, modules, maxLeaves)
    const stubs = tiles.map(({ stub }) => stub)
    this.#version = { ...this.#version, root: trieOfTiles(tiles), backing: { ...backing, stubs } }
    const known = new Set(backing.stubs)
    return { stubs, changed: stubs.filter((stub) => !known.has(stub)) }
  }

  get size(): number {
    return this.#version.size
  }

  /** What hashes this table; for trees that belong to the same state. */
  get hasher(): MerkleHasher {
    return this.#version.hasher
  }

  get(key: Uint8Array): R | undefined {
    return findLeaf(this.#version.root, key)?.value
  }

  has(key: Uint8Array): boolean {
    return findLeaf(this.#version.root, key) !== undefined
  }

  /** The table with `record` under its own key. */
  set(record: R): Table<R> {
    const { codec, root, size, order } = this.#version
    const key = codec.keyOf(record)
    if (key.length !== 32) throw new RangeError(`a key has 32 bytes, not ${key.length}`)
    const isNew = !this.has(key)
    return new Table({
      ...this.#version,
      root: insertLeaf(root, key, record),
      size: isNew ? size + 1 : size,
      order: isNew ? {} : order,
    })
  }

  /** The table without `key`; itself when there is no such record. */
  delete(key: Uint8Array): Table<R> {
    if (!this.has(key)) return this
    const { root, size } = this.#version
    return new Table({ ...this.#version, root: removeLeaf(root, key), size: size - 1, order: {} })
  }

  /** Records in table order, ascending by key bytes: spec protocol 5.1. Reads all of a backed table into memory. */
  *entries(): Generator<R> {
    const { order, root } = this.#version
    order.keys ??= [...leavesOf(root)].map((leaf) => leaf.key).sort(compareBytes)
    for (const key of order.keys) {
      const leaf = findLeaf(root, key)
      if (leaf !== undefined) yield leaf.value
    }
  }

  /** 32 bytes: spec protocol 5.2. */
  root(): Uint8Array {
    const { root } = this.#version
    return root === undefined ? emptyHash(TREE_LEVELS) : hashAt(root, TREE_LEVELS, this.#hashing())
  }

  /** Proof that `key` is in the table with its record, or that it is not: spec protocol 5.2. */
  prove(key: Uint8Array): Uint8Array {
    const { root, hasher, codec } = this.#version
    return proveKey(root, key, { hasher, encode: (record) => codec.encode(record) })
  }

  /**
   * What was written or removed since `older`, ascending by key; `undefined` is a removal. A record that was written as it
   * was may be among them. A record comes with its leaf hash where `root()` has computed it.
   */
  changesSince(older: Table<R>): { key: Uint8Array; record: R | undefined; leaf: Uint8Array | undefined }[] {
    return [...trieDifference(older.#version.root, this.#version.root)]
      .map(({ key, value, hash }) => ({ key, record: value, leaf: hash }))
      .sort((a, b) => compareBytes(a.key, b.key))
  }

  #hashing(): TrieHashing<R> {
    const { hasher, codec } = this.#version
    const into = codec.size === undefined ? undefined : scratch.subarray(0, codec.size)
    return { hasher, encode: (record) => codec.encode(record, into) }
  }
}
