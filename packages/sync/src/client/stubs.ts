import { type Leaf, type MerkleHasher, STUB_LEAVES_MAX, type Stub, stubsOfLeaves, subtreeBounds } from '@montana/ledger'
import type { StoredPiece } from '@montana/store'
import { kOf, type Span, tilesOf } from '../plan/keys.js'

type AlignedPiece = StoredPiece & { readonly depth: number; readonly hash: Uint8Array }

/** The stubs of a table whose pieces tile it. What came as ranges is put together from its leaves. */
export function stubsOfPieces(
  pieces: readonly StoredPiece[],
  leaves: (lo: Uint8Array, hi: Uint8Array) => Iterable<Leaf>,
  hasher: MerkleHasher,
): Stub[] {
  const stubs: Stub[] = []
  let ranges: Span | undefined
  const closeRanges = () => {
    for (const tile of ranges ? tilesOf(ranges) : []) {
      if (!('depth' in tile)) throw new RangeError('the staged ranges do not fill whole subtrees')
      const { lo, hi } = subtreeBounds(tile.depth, tile.prefix)
      stubs.push(...stubsOfLeaves(tile.depth, lo, [...leaves(lo, hi)], STUB_LEAVES_MAX, hasher))
    }
    ranges = undefined
  }
  for (const piece of pieces) {
    if (isAligned(piece)) {
      closeRanges()
      stubs.push(toStub(piece))
    } else ranges = { lo: ranges?.lo ?? kOf(piece.lo), hi: kOf(piece.hi) }
  }
  closeRanges()
  return stubs
}

function isAligned(piece: StoredPiece): piece is AlignedPiece {
  return piece.depth !== undefined && piece.hash !== undefined
}

function toStub({ lo, depth, count, key, height, hash }: AlignedPiece): Stub {
  return { lo, depth, count, key, height, hash }
}
