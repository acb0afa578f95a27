import { TREE_LEVELS } from '../constants.js'
import { bitOf } from './bits.js'

const KEY_BYTES = TREE_LEVELS / 8
/** A prefix is a number whose bits fit a u32. */
const MAX_PREFIX_DEPTH = 32

/** Both ends inclusive, keys in their normal byte order. */
export interface KeyRange {
  readonly lo: Uint8Array
  readonly hi: Uint8Array
}

/** An aligned subtree: all keys that share their first `depth` branch decisions. */
export interface Aligned {
  /** 0 … 256. */
  readonly depth: number
  /** Its lowest key: 32 bytes, zero below the decisions. */
  readonly lo: Uint8Array
}

/** Spec protocol 5.2: the order of the keys as little-endian integers. */
export function compareTreeOrder(a: Uint8Array, b: Uint8Array): number {
  for (let at = KEY_BYTES - 1; at >= 0; at--) {
    const difference = (a[at] ?? 0) - (b[at] ?? 0)
    if (difference !== 0) return difference
  }
  return 0
}

/** Whether every key comes after the one before it. */
export function ascendInTreeOrder(keys: readonly Uint8Array[]): boolean {
  return keys.every((key, i) => i === 0 || compareTreeOrder(keys[i - 1] ?? key, key) < 0)
}

/** The last key, in tree order, of an aligned subtree. */
export function lastKeyOf({ depth, lo }: Aligned): Uint8Array {
  const hi = Uint8Array.from(lo)
  const free = TREE_LEVELS - depth
  hi.fill(0xff, 0, free >> 3)
  if ((free & 7) > 0) hi[free >> 3] = (hi[free >> 3] ?? 0) | ((1 << (free & 7)) - 1)
  return hi
}

export function rangeOf(aligned: Aligned): KeyRange {
  return { lo: aligned.lo, hi: lastKeyOf(aligned) }
}

/** The first and the last key of the subtree with the first `depth` decisions `prefix`: spec transport 14.5. */
export function subtreeBounds(depth: number, prefix: number): KeyRange {
  return rangeOf(alignedAt(depth, prefix))
}

/** Decision i is bit 255 − i of the key; the first decision is the most significant bit of `prefix`. */
export function alignedAt(depth: number, prefix: number): Aligned {
  if (depth < 0 || depth > MAX_PREFIX_DEPTH || prefix < 0 || prefix >= 2 ** depth) {
    throw new RangeError(`no subtree with prefix ${prefix} of depth ${depth}`)
  }
  const lo = new Uint8Array(KEY_BYTES)
  const high = prefix * 2 ** (MAX_PREFIX_DEPTH - depth)
  new DataView(lo.buffer).setUint32(KEY_BYTES - 4, high, true)
  return { depth, lo }
}

/** The first `depth` (0 … 32) branch decisions of a key as a number. */
export function prefixOf(key: Uint8Array, depth: number): number {
  const high = new DataView(key.buffer, key.byteOffset, KEY_BYTES).getUint32(KEY_BYTES - 4, true)
  return Math.floor(high / 2 ** (MAX_PREFIX_DEPTH - depth))
}

/** Both halves, left first. */
export function childrenOf({ depth, lo }: Aligned): readonly [Aligned, Aligned] {
  if (depth >= TREE_LEVELS) throw new RangeError('a single key has no halves')
  return [
    { depth: depth + 1, lo },
    { depth: depth + 1, lo: withBit(lo, TREE_LEVELS - 1 - depth) },
  ]
}

/** The aligned subtree of `depth` that holds `key`. */
export function alignedOf(key: Uint8Array, depth: number): Aligned {
  const free = TREE_LEVELS - depth
  const lo = Uint8Array.from(key)
  lo.fill(0, 0, free >> 3)
  if ((free & 7) > 0) lo[free >> 3] = (lo[free >> 3] ?? 0) & ~((1 << (free & 7)) - 1)
  return { depth, lo }
}

/** The other half of the parent; not for the whole tree. */
export function siblingOf({ depth, lo }: Aligned): Aligned {
  const [left, right] = childrenOf(alignedOf(lo, depth - 1))
  return bitOf(lo, TREE_LEVELS - depth) === 0 ? right : left
}

export function holds({ depth, lo }: Aligned, key: Uint8Array): boolean {
  return compareTreeOrder(alignedOf(key, depth).lo, lo) === 0
}

function withBit(key: Uint8Array, bit: number): Uint8Array {
  const changed = Uint8Array.from(key)
  changed[bit >> 3] = (changed[bit >> 3] ?? 0) | (1 << (bit & 7))
  return changed
}
