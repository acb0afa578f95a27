import { hash } from 'node:crypto'
import { concatBytes } from '@montana/foundation'

export const KEY_BYTES = 32
export const KEY_BITS = 256
export const LOWEST_KEY = new Uint8Array(KEY_BYTES)
export const HIGHEST_KEY = new Uint8Array(KEY_BYTES).fill(0xff)

const LEAF_DOMAIN = Buffer.from('mt-merkle-leaf\0', 'latin1')

/** The key as rows are ordered by it: reversed, so that memcmp gives the tree order of spec protocol 5.2. */
export function toTree(key: Uint8Array): Uint8Array {
  return Uint8Array.from(key).reverse()
}

/** The key in its normal byte order. */
export const fromTree = toTree

/** Hash of a leaf: spec protocol 5.2; 32 bytes. */
export function leafOf(record: Uint8Array): Uint8Array {
  return hash('sha256', concatBytes(LEAF_DOMAIN, record), 'buffer')
}

/** The highest tree key below the aligned subtree of `depth` that begins at tree key `lo`. */
export function lastOf(lo: Uint8Array, depth: number): Uint8Array {
  const last = Uint8Array.from(lo)
  const whole = depth >> 3
  if (depth % 8 !== 0) last[whole] = (last[whole] ?? 0) | (0xff >> (depth % 8))
  last.fill(0xff, depth % 8 === 0 ? whole : whole + 1)
  return last
}

/** The tree key after `tree`, `undefined` after the highest. */
export function successor(tree: Uint8Array): Uint8Array | undefined {
  const next = Uint8Array.from(tree)
  for (let i = next.length - 1; i >= 0; i--) {
    const byte = ((next[i] ?? 0) + 1) & 0xff
    next[i] = byte
    if (byte !== 0) return next
  }
  return undefined
}

/** 1 + the highest bit in which two tree keys differ, 0 when they are equal: the radix height above both. */
export function heightOf(first: Uint8Array, last: Uint8Array): number {
  for (let i = 0; i < KEY_BYTES; i++) {
    const difference = (first[i] ?? 0) ^ (last[i] ?? 0)
    if (difference !== 0) return (KEY_BYTES - i) * 8 - Math.clz32(difference << 24)
  }
  return 0
}
