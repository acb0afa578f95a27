/** The key space in tree order: K(key) = Σ key[j]·256^j, spec protocol 5.2. */
export const LAST_K = 2n ** 256n - 1n
/** Deepest subtree that a SnapshotChunk asks for: spec transport 14.5. */
export const MAX_DEPTH = 24
const KEY_BYTES = 32
const LEVELS = 256n

/** Both ends inclusive. */
export interface Span {
  readonly lo: bigint
  readonly hi: bigint
}

/** K(key) of a key in its normal byte order. */
export function kOf(key: Uint8Array): bigint {
  return BigInt(`0x${Buffer.from(key).reverse().toString('hex')}`)
}

/** The key with K(key) = k, 32 bytes in normal order. */
export function keyAt(k: bigint): Uint8Array {
  return new Uint8Array(Buffer.from(k.toString(16).padStart(2 * KEY_BYTES, '0'), 'hex').reverse())
}

/** The subtree with branch prefix `prefix` at `depth`: spec protocol 15.4. */
export function spanOf(depth: number, prefix: number): Span {
  const width = 1n << (LEVELS - BigInt(depth))
  const lo = BigInt(prefix) * width
  return { lo, hi: lo + width - 1n }
}

/** What `done`, ascending and without overlaps, leaves of the key space. */
export function gapsOf(done: Iterable<Span>): Span[] {
  const gaps: Span[] = []
  let next = 0n
  for (const { lo, hi } of done) {
    if (lo > next) gaps.push({ lo: next, hi: lo - 1n })
    next = hi + 1n
  }
  if (next <= LAST_K) gaps.push({ lo: next, hi: LAST_K })
  return gaps
}

/** A whole subtree, or where an end is on no boundary of depth 24, a part of one. */
export type Tile = { readonly depth: number; readonly prefix: number } | Span

/** The fewest tiles of `span`, from left to right. */
export function tilesOf({ lo, hi }: Span): Tile[] {
  const tiles: Tile[] = []
  for (let at = lo; at <= hi; ) {
    const tile = tileAt(at, hi)
    tiles.push(tile)
    at = ('depth' in tile ? spanOf(tile.depth, tile.prefix) : tile).hi + 1n
  }
  return tiles
}

function tileAt(lo: bigint, hi: bigint): Tile {
  for (let depth = 0; depth <= MAX_DEPTH; depth++) {
    const shift = LEVELS - BigInt(depth)
    const prefix = lo >> shift
    if (prefix << shift === lo && spanOf(depth, Number(prefix)).hi <= hi) return { depth, prefix: Number(prefix) }
  }
  const whole = spanOf(MAX_DEPTH, Number(lo >> (LEVELS - BigInt(MAX_DEPTH))))
  return { lo, hi: whole.hi < hi ? whole.hi : hi }
}
