import type { StateTableName } from '@montana/network'
import { MAX_DEPTH, type Span, spanOf, type Tile } from './keys.js'

/** What one request asks for: a whole subtree, or a range where even a subtree of depth 24 is too large. */
export type Piece = SubtreePiece | RangePiece

export interface SubtreePiece {
  readonly kind: 'subtree'
  readonly table: StateTableName
  readonly depth: number
  readonly prefix: number
  /** How often a subtree above it was too large. */
  readonly splits: number
}

/** Asked from `lo` on; what comes beyond `hi` belongs to others. */
export interface RangePiece extends Span {
  readonly kind: 'range'
  readonly table: StateTableName
}

/** Consecutive subtrees of one depth, prefixes inclusive. With `splits` 0 the depth may be chosen anew when they are asked for. */
export interface Run {
  readonly kind: 'run'
  readonly table: StateTableName
  readonly depth: number
  readonly from: number
  readonly to: number
  readonly splits: number
}

/** Widest split of one subtree, in levels: an answer `too large` costs a request, a split too wide many. */
const MAX_SPLIT_LEVELS = 4

export function pieceOfTile(table: StateTableName, tile: Tile): Run | RangePiece {
  if (!('depth' in tile)) return { kind: 'range', table, ...tile }
  return { kind: 'run', table, depth: tile.depth, from: tile.prefix, to: tile.prefix, splits: 0 }
}

export function spanOfPiece(piece: Piece): Span {
  return piece.kind === 'range' ? piece : spanOf(piece.depth, piece.prefix)
}

/** The first subtree of a run, at `depth` where the run allows it, and what is left of the run. */
export function takeFrom(run: Run, depth: number): { piece: SubtreePiece; rest: Run | undefined } {
  const { table, splits, ...fine } = run.splits === 0 ? refined(run, depth) : run
  const up = run.splits === 0 ? levelsUp(fine, depth) : 0
  const piece = { kind: 'subtree', table, depth: fine.depth - up, prefix: fine.from / 2 ** up, splits } as const
  const next = fine.from + 2 ** up
  return { piece, rest: next > fine.to ? undefined : { ...fine, kind: 'run', table, splits, from: next } }
}

/**
 * What takes the place of a subtree that is too large for one answer. Each split is wider than the one before, so that a
 * table which is larger than announced costs few refused requests, and a knot of similar keys costs few empty ones.
 */
export function splitPiece(piece: SubtreePiece): Run | RangePiece {
  const { table, depth, prefix } = piece
  if (depth >= MAX_DEPTH) return { kind: 'range', table, ...spanOf(depth, prefix) }
  const levels = Math.min(2 ** piece.splits, MAX_SPLIT_LEVELS, MAX_DEPTH - depth)
  const from = prefix * 2 ** levels
  return { kind: 'run', table, depth: depth + levels, from, to: from + 2 ** levels - 1, splits: piece.splits + 1 }
}

function refined(run: Run, depth: number): Run {
  if (depth <= run.depth) return run
  const factor = 2 ** (depth - run.depth)
  return { ...run, depth, from: run.from * factor, to: (run.to + 1) * factor - 1 }
}

/** How many levels above its own the first subtree of the run may be asked for without leaving the run. */
function levelsUp({ depth, from, to }: Pick<Run, 'depth' | 'from' | 'to'>, wanted: number): number {
  let levels = 0
  while (depth - levels > wanted && from % 2 ** (levels + 1) === 0 && from + 2 ** (levels + 1) - 1 <= to) levels++
  return levels
}
