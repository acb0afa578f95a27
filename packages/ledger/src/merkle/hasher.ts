import { hash } from 'node:crypto'
import { ascii, hashWithDomain } from '@montana/codec'
import { TREE_LEVELS } from '../constants.js'
import { bitOf } from './bits.js'

/**
 * The hashing of a sparse Merkle tree, exchangeable because a native backend folds a path without crossing the
 * language boundary 256 times. All hashes are 32 bytes and owned by the caller.
 */
export interface MerkleHasher {
  /** H("mt-merkle-leaf", record). */
  leaf(record: Uint8Array): Uint8Array
  /** H("mt-merkle-node", left ‖ right). */
  node(left: Uint8Array, right: Uint8Array): Uint8Array
  /** The hash at `toLevel` of a subtree that holds, at `fromLevel`, only `hash`, on the path of `key`. */
  fold(key: Uint8Array, hash: Uint8Array, fromLevel: number, toLevel: number): Uint8Array
}

const NODE_PREFIX = ascii('mt-merkle-node\0')
/** One buffer for every node hash: hashing is synchronous, and allocating 79 bytes a time costs a third of the speed. */
const nodeInput = Buffer.alloc(NODE_PREFIX.length + 64)
nodeInput.set(NODE_PREFIX)

function hashNode(left: Uint8Array, right: Uint8Array): Uint8Array {
  nodeInput.set(left, NODE_PREFIX.length)
  nodeInput.set(right, NODE_PREFIX.length + 32)
  return hash('sha256', nodeInput, 'buffer')
}

const emptyHashes: Uint8Array[] = [new Uint8Array(32)]
for (let level = 1; level <= TREE_LEVELS; level++) {
  const below = emptyHash(level - 1)
  emptyHashes.push(hashNode(below, below))
}

/** The hash of an empty subtree of height `level`, 0 … 256. Throws RangeError outside. Do not write to the result. */
export function emptyHash(level: number): Uint8Array {
  const found = emptyHashes[level]
  if (found === undefined) throw new RangeError(`no level ${level} in a tree of ${TREE_LEVELS}`)
  return found
}

export const nodeCryptoHasher: MerkleHasher = {
  leaf: (record) => hashWithDomain('mt-merkle-leaf', record),
  node: hashNode,
  fold: (key, hash, fromLevel, toLevel) => {
    let current = hash
    for (let level = fromLevel; level < toLevel; level++) {
      current = bitOf(key, level) === 0 ? hashNode(current, emptyHash(level)) : hashNode(emptyHash(level), current)
    }
    return current
  },
}

/** The part of the native hashing backend that a tree needs. */
export interface MerkleBackend {
  merkleLeaf(record: Uint8Array): Uint8Array
  merkleNode(left: Uint8Array, right: Uint8Array): Uint8Array
  merkleFold(key: Uint8Array, hash: Uint8Array, fromLevel: number, toLevel: number): Uint8Array
}

export function hasherOf(backend: MerkleBackend): MerkleHasher {
  return {
    leaf: (record) => backend.merkleLeaf(record),
    node: (left, right) => backend.merkleNode(left, right),
    fold: (key, hash, from, to) => (from === to ? hash : backend.merkleFold(key, hash, from, to)),
  }
}
