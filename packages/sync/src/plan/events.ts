import type { StateTableName } from '@montana/network'
import type { Piece } from './pieces.js'

/** What happened, with the time at which it did; milliseconds of one monotonic clock. */
export type PlanEvent = { readonly atMs: number } & (
  | { readonly type: 'tick' }
  /** Everybody who can be asked now. One that was `missing` stays so until it has been away; one that was dropped stays so. */
  | { readonly type: 'peers'; readonly ids: readonly string[] }
  /** The whole answer is here and not yet proven. */
  | { readonly type: 'answered'; readonly job: number; readonly bytes: number }
  /** Proven and durable. `hi`: the K up to which a range was answered. */
  | { readonly type: 'proven'; readonly job: number; readonly records: number; readonly hi?: bigint }
  | { readonly type: 'tooLarge'; readonly job: number }
  | { readonly type: 'busy'; readonly job: number; readonly retryAfterMs: number }
  /** No answer: a timeout, a broken connection, an internal error. */
  | { readonly type: 'failed'; readonly job: number }
  /** The peer does not serve this window, or no snapshot at all. */
  | { readonly type: 'missing'; readonly job: number }
  | { readonly type: 'lied'; readonly job: number }
)

/**
 * `lied`: it sent what does not hold. `refuted`: it called subtrees too large that others sent whole. `refuses`: it called one
 * after another too large and gave nothing in between. `slow`: others had to wait for it.
 */
export type DropReason = 'lied' | 'refuted' | 'refuses' | 'slow'

export type PlanEffect =
  | { readonly type: 'ask'; readonly job: number; readonly peer: string; readonly piece: Piece }
  /** Its answer is not waited for any more. */
  | { readonly type: 'cancel'; readonly job: number }
  /** Not asked again. */
  | { readonly type: 'drop'; readonly peer: string; readonly reason: DropReason }
  /** Send a tick then; it takes the place of an earlier wake, and a step without one ends it. */
  | { readonly type: 'wake'; readonly atMs: number }
  /** Nothing is on its way and nobody is left to ask; a `peers` event with a new one goes on. */
  | { readonly type: 'stuck' }
  | { readonly type: 'done' }

export interface TablePlan {
  readonly table: StateTableName
  /** Records that the manifest announces. */
  readonly count: number
  readonly recordBytes: number
}
