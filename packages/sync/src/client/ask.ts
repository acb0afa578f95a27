import { STATE_RECORD_BYTES, STATE_TABLE } from '@montana/network'
import type { StagedPiece, TableName } from '@montana/store'
import { LIMITS } from '@montana/transport'
import type { SyncPeer } from '../peer.js'
import { rangeBytes } from '../plan/draft.js'
import { keyAt, kOf } from '../plan/keys.js'
import type { Piece } from '../plan/pieces.js'
import type { Anchor } from '../trust/anchor.js'
import { type ProveModules, proveChunk } from '../verify/chunk.js'
import { proveRangeChunk } from '../verify/range.js'

/** What a job asks about: one anchor with the roots of its trusted header. */
export interface AnchorRoots {
  readonly window: number
  readonly roots: Readonly<Record<TableName, Uint8Array>>
}

export function rootsOf({ window, decoded }: Anchor): AnchorRoots {
  const { accountRoot, nodeRoot, candidateRoot } = decoded.envelope.header
  return { window, roots: { account: accountRoot, node: nodeRoot, candidate: candidateRoot } }
}

export interface PieceAnswer {
  /** Bytes of its records. */
  readonly bytes: number
  /** Undefined: it is not what the root says. */
  prove(modules: ProveModules): Promise<StagedPiece | undefined>
}

/** Asks one peer for one piece. Rejects with what the peer's methods reject with. */
export async function askPiece(
  peer: SyncPeer,
  piece: Piece,
  { window, roots }: AnchorRoots,
  records: number,
  signal: AbortSignal,
): Promise<PieceAnswer> {
  const table = STATE_TABLE[piece.table]
  const root = roots[piece.table]
  if (piece.kind === 'subtree') {
    const { depth, prefix } = piece
    const chunk = await peer.chunk({ window, table, depth, prefix }, signal)
    return { bytes: chunk.records.length, prove: (modules) => proveChunk(root, chunk, modules) }
  }
  const maxBytes = Math.min(LIMITS.exchange.maxPayloadBytes, rangeBytes(STATE_RECORD_BYTES[table], records))
  const range = await peer.range({ window, table, lo: keyAt(piece.lo), maxBytes }, signal)
  return { bytes: range.records.length, prove: (modules) => proveRangeChunk(root, range, piece.hi, modules) }
}

/** Up to which K a proven piece reaches. */
export function endOf({ hi }: StagedPiece): bigint {
  return kOf(hi)
}
