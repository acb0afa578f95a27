import type { Draft } from './draft.js'
import type { PlanEvent } from './events.js'
import { LAST_K } from './keys.js'
import { spanOfPiece, splitPiece } from './pieces.js'
import { drop, lose, putBack } from './release.js'
import type { Job } from './state.js'

/** Before a peer that was busy or failed is asked again; doubles with each time in a row. */
const RETRY_MS = 250
const RETRY_MAX_MS = 30_000
/** A peer that answers `busy` and names no time. */
const BUSY_MS = 100
/**
 * A peer that calls a piece too large which another one sends whole was wrong about what it counted itself. No special
 * reason for the figure: one such piece is enough for a proof, and costs one request.
 */
const REFUTED_MAX = 3
/**
 * So many pieces in a row that a peer may call too large and give nothing: a table that is a million times larger than announced takes
 * half of them, since each split is finer than the one before.
 */
const TOO_LARGE_MAX = 64
/** What a range counts for that is called too large: it is asked for in a size that always has room for records. */
const RANGE_WEIGHT = 16
/** Weight of the latest answer in the moving average. No special reason. */
const AVERAGE_WEIGHT = 0.3

/** What an event changes, before anything is given out anew. */
export function apply(draft: Draft, event: PlanEvent): void {
  if (event.type === 'tick') return
  if (event.type === 'peers') return meet(draft, event.ids)
  const job = draft.job(event.job)
  if (!job) return
  switch (event.type) {
    case 'answered':
      return answered(draft, job)
    case 'proven':
      return proven(draft, job, event)
    case 'tooLarge':
      return tooLarge(draft, job)
    case 'busy':
      return busy(draft, job, event.retryAfterMs)
    case 'failed':
      return failed(draft, job)
    case 'missing':
      return lose(draft, job.peer, 'missing')
    case 'lied':
      return lied(draft, job)
  }
}

function meet(draft: Draft, ids: readonly string[]): void {
  for (const { id } of draft.peers) if (!ids.includes(id)) lose(draft, id, 'gone')
  for (const id of ids) welcome(draft, id)
}

function welcome(draft: Draft, id: string): void {
  const known = draft.peer(id)
  if (known?.status === 'gone') return draft.updatePeer(id, { status: 'ready' })
  if (known) return
  const bucket = { tokens: draft.limits.burst, tokensAtMs: draft.nowMs, notBeforeMs: draft.nowMs }
  draft.setPeer({
    id,
    status: 'ready',
    ...bucket,
    faults: 0,
    strikes: 0,
    tooLarge: 0,
    refuted: 0,
    held: 0,
    answerMs: undefined,
  })
}

function answered(draft: Draft, job: Job): void {
  const tookMs = draft.nowMs - job.startedMs
  const before = draft.peer(job.peer)?.answerMs
  const answerMs = before === undefined ? tookMs : before + AVERAGE_WEIGHT * (tookMs - before)
  draft.updatePeer(job.peer, { answerMs, faults: 0, strikes: 0 })
  draft.setJob({ ...job, isAnswered: true })
}

function proven(draft: Draft, job: Job, { records, hi }: { records: number; hi?: bigint }): void {
  draft.removeJob(job)
  if (job.piece.kind === 'subtree') sentWhole(draft, job)
  const span = spanOfPiece(job.piece)
  const until = hi === undefined || hi > span.hi ? span.hi : hi
  draft.observe(job.piece.table, records, fractionOf(span.lo, until))
  if (until < span.hi) draft.putFirst({ kind: 'range', table: job.piece.table, lo: until + 1n, hi: span.hi })
}

/** Ranges do not count: whoever sends a subtree by its ranges alone would be asked 2^24 times. */
function sentWhole(draft: Draft, job: Job): void {
  draft.updatePeer(job.peer, { tooLarge: 0 })
  for (const id of job.entry?.tooLargeBy ?? []) refute(draft, id, job)
}

/** A whole subtree came from `by`, so that it fits into one answer. */
function refute(draft: Draft, id: string, { peer: by }: Job): void {
  const known = draft.peer(id)
  if (!known || id === by) return
  draft.updatePeer(id, { refuted: known.refuted + 1 })
  if (known.refuted + 1 >= REFUTED_MAX) drop(draft, id, 'refuted')
}

/** A part of 2^256 as a float; the upper 64 bits are exact enough. */
function fractionOf(lo: bigint, hi: bigint): number {
  return Number((hi - lo + 1n) >> 192n) / Number((LAST_K + 1n) >> 192n)
}

/** Believed at once where nobody else can be asked, otherwise when a second peer says the same. */
function tooLarge(draft: Draft, job: Job): void {
  const { piece, entry } = job
  draft.removeJob(job)
  const inRow = (draft.peer(job.peer)?.tooLarge ?? 0) + (piece.kind === 'range' ? RANGE_WEIGHT : 1)
  draft.updatePeer(job.peer, { faults: 0, tooLarge: inRow })
  if (inRow >= TOO_LARGE_MAX) {
    putBack(draft, job, true)
    return drop(draft, job.peer, 'refuses')
  }
  if (piece.kind === 'range') return fault(draft, job, RETRY_MS, 0)
  const others = draft.readyPeers.some(({ id }) => id !== job.peer)
  if (others && !entry?.tooLargeBy.length) return putBack(draft, job, true)
  draft.putFirst(splitPiece(piece))
}

function busy(draft: Draft, job: Job, retryAfterMs: number): void {
  draft.removeJob(job)
  fault(draft, job, BUSY_MS, retryAfterMs)
}

function failed(draft: Draft, job: Job): void {
  draft.removeJob(job)
  fault(draft, job, RETRY_MS, 0)
}

function fault(draft: Draft, job: Job, stepMs: number, leastMs: number): void {
  const faults = draft.peer(job.peer)?.faults ?? 0
  const waitMs = Math.min(RETRY_MAX_MS, Math.max(leastMs, stepMs * 2 ** Math.min(faults, 16)))
  draft.updatePeer(job.peer, { faults: faults + 1, notBeforeMs: draft.nowMs + waitMs })
  putBack(draft, job)
}

function lied(draft: Draft, job: Job): void {
  draft.removeJob(job)
  putBack(draft, job)
  drop(draft, job.peer, 'lied')
}
