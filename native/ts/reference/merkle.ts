import { hash } from 'node:crypto'
import { HASH_BYTES, TREE_LEVELS } from '../constants.js'
import { nativeError } from '../errors.js'

const LEAF_PREFIX = Buffer.from('mt-merkle-leaf\0', 'latin1')
const NODE_PREFIX = Buffer.from('mt-merkle-node\0', 'latin1')

export function sha256(message: Uint8Array): Uint8Array {
  return new Uint8Array(hash('sha256', message, 'buffer'))
}

export function leaf(record: Uint8Array): Uint8Array {
  return sha256(Buffer.concat([LEAF_PREFIX, record]))
}

export function node(left: Uint8Array, right: Uint8Array): Uint8Array {
  return sha256(Buffer.concat([NODE_PREFIX, left, right]))
}

const emptyHashes: Uint8Array[] = [new Uint8Array(HASH_BYTES)]

/** The root of a tree of this height without leaves. */
export function empty(height: number): Uint8Array {
  for (let known = emptyHashes.length; known <= height; known++)
    emptyHashes.push(node(empty(known - 1), empty(known - 1)))
  return emptyHashes[height] as Uint8Array
}

export function bit(key: Uint8Array, level: number): number {
  return ((key[level >> 3] as number) >> (level & 7)) & 1
}

export function fold(key: Uint8Array, leafHash: Uint8Array, fromLevel: number, toLevel: number): Uint8Array {
  let current = leafHash
  for (let level = fromLevel; level < toLevel; level++)
    current = bit(key, level) === 0 ? node(current, empty(level)) : node(empty(level), current)
  return Uint8Array.from(current)
}

/** The definition of spec protocol 5.2 over leaves in tree order. */
export function subtree(keys: readonly Uint8Array[], leaves: readonly Uint8Array[], height: number): Uint8Array {
  const [key, ...others] = keys
  if (key === undefined) return empty(height)
  if (others.length === 0) return fold(key, leaves[0] as Uint8Array, 0, height)
  const right = keys.findIndex((candidate) => bit(candidate, height - 1) === 1)
  const middle = right < 0 ? keys.length : right
  return node(
    subtree(keys.slice(0, middle), leaves.slice(0, middle), height - 1),
    subtree(keys.slice(middle), leaves.slice(middle), height - 1),
  )
}

export function assertTreeOrder(keys: readonly Uint8Array[], height: number): void {
  const reversed = keys.map((key) => Buffer.from(key).reverse())
  reversed.forEach((key, i) => {
    const next = reversed[i + 1]
    if (next && Buffer.compare(key, next) >= 0)
      throw nativeError('NATIVE_BAD_ORDER', 'keys must ascend strictly in tree order')
  })
  const [first, last] = [keys[0], keys.at(-1)]
  for (let level = height; first && last && level < TREE_LEVELS; level++)
    if (bit(first, level) !== bit(last, level))
      throw nativeError('NATIVE_BAD_ORDER', `keys do not share one subtree of height ${height}`)
}
