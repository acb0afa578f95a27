import type { StateTableName } from '@montana/network'
import type { Density } from './density.js'
import type { TablePlan } from './events.js'
import { gapsOf, type Span, tilesOf } from './keys.js'
import type { PlanLimits } from './limits.js'
import { type Piece, pieceOfTile, type RangePiece, type Run } from './pieces.js'

/** A piece that was asked for and did not come. */
export interface Waiting {
  readonly kind: 'waiting'
  readonly piece: Piece
  /** Peers that had it and did not deliver; they are asked again when nobody else is left. */
  readonly avoid: readonly string[]
  /** Who said that it is too large; the second who says so is believed. */
  readonly tooLargeBy: readonly string[]
}

export type Queued = Run | RangePiece | Waiting

export interface PeerState {
  readonly id: string
  /** `missing`: it is there, and does not serve the window. */
  readonly status: 'ready' | 'gone' | 'missing' | 'dropped'
  readonly tokens: number
  readonly tokensAtMs: number
  readonly notBeforeMs: number
  /** Failures and refusals in a row. */
  readonly faults: number
  /** Jobs in a row that were taken away because they took too long. */
  readonly strikes: number
  /** Pieces in a row that it called too large, with no subtree proven of it in between. */
  readonly tooLarge: number
  /** Pieces that it called too large and that another peer sent whole. */
  readonly refuted: number
  /** Jobs with it, answered ones that are not yet durable included. */
  readonly held: number
  /** How long an answer takes, a moving average. */
  readonly answerMs: number | undefined
}

export interface Job {
  readonly id: number
  readonly peer: string
  readonly piece: Piece
  readonly entry: Waiting | undefined
  readonly startedMs: number
  /** Of the answer, as expected. */
  readonly bytes: number
  readonly isAnswered: boolean
}

export interface TableState {
  readonly recordBytes: number
  readonly density: Density
}

/**
 * What is still to be fetched, from whom, and what is on its way. A value: {@link stepPlan} makes the next one. Every K of
 * every table is staged, in the queue or in a job, and in only one of them.
 */
export interface Plan {
  readonly limits: PlanLimits
  readonly tables: ReadonlyMap<StateTableName, TableState>
  /** What to ask for, first things first. */
  readonly queue: readonly Queued[]
  readonly jobs: ReadonlyMap<number, Job>
  readonly peers: ReadonlyMap<string, PeerState>
  readonly nextJob: number
  /** `done` or `stuck` once it was said. */
  readonly said: 'done' | 'stuck' | undefined
}

export interface PlanInit {
  /** In the order in which they are fetched, each with what is staged of it, ascending. */
  readonly tables: readonly (TablePlan & { readonly staged: readonly Span[] })[]
  readonly limits: PlanLimits
}

export function newPlan({ tables, limits }: PlanInit): Plan {
  const states = tables.map(({ table, count, recordBytes }) => {
    return [table, { recordBytes, density: { claimed: count, records: 0, fraction: 0 } }] as const
  })
  const queue = tables.flatMap(({ table, staged }) =>
    gapsOf(staged)
      .flatMap(tilesOf)
      .map((tile) => pieceOfTile(table, tile)),
  )
  const nothing = { jobs: new Map<number, Job>(), peers: new Map<string, PeerState>() }
  return { limits, tables: new Map(states), queue, ...nothing, nextJob: 1, said: undefined }
}
