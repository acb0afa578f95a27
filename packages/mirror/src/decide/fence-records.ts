import type { FenceRecord } from '../contracts/fence.js'
import { formatDuration, MINUTE_MS } from './durations.js'
import type { Refusal, RefusalCode } from './refusal.js'

/** Nothing moved for so long: whoever began is taken for dead. Spec repository-mirror 11. */
export const NO_PROGRESS_MS = 30 * MINUTE_MS

/** Who writes a record, when by its own clock (RFC 3339), and a value that no other record has. */
export interface Signature {
  readonly actor: string
  readonly reason: string
  readonly nonce: string
  readonly renewedAt: string
}

/**
 * The next record, to be written as child of the very one it was made from; or why not. Who loses that swap starts
 * over. In an epoch whose holder never acted `renewal` is 0, in every other it is at least 1.
 */
export type Transition = { readonly ok: FenceRecord } | { readonly refused: Refusal }

/** How it is known that a holder which no longer renews has ceased to act. */
export interface RestProof {
  /** Every run of the holder is known to have ended after the record was written. */
  readonly isDrained: boolean
  /** Since the observer first knew, by its own clock, that the holder cannot renew any more. */
  readonly stoppedMs: number
  readonly skewMs: number
}

/** For how long the holder may still act; 0: it never did, its runs ended, or its last permit has. Spec 9.3. */
export function restLeftMs(record: FenceRecord, { isDrained, stoppedMs, skewMs }: RestProof): number {
  if (record.renewal === 0 || isDrained) return 0
  return Math.max(0, record.permitMinutes * MINUTE_MS + skewMs - stoppedMs)
}

/** How long a holder that was stopped is left so: its last permit is waited for, then someone has to go on. Spec 11.2, 11.3. */
export function stopPatienceMs({ permitMinutes }: FenceRecord, skewMs: number): number {
  return permitMinutes * MINUTE_MS + skewMs + NO_PROGRESS_MS
}

/** Null once the holder cannot act any more. */
export function restObstacle(record: FenceRecord, proof: RestProof): Refusal | null {
  const leftMs = restLeftMs(record, proof)
  return leftMs === 0 ? null : refusal('BUSY', `${record.holder} may act for another ${formatDuration(leftMs)}`)
}

/** Whether the holder acts in this state. Spec 9.2 rule 2. */
export function mayActIn({ state }: FenceRecord): boolean {
  return state === 'active' || state === 'handback-ready'
}

export function renewed(record: FenceRecord, change: Partial<FenceRecord>, signature: Signature): Transition {
  return { ok: { ...record, ...change, ...signature, renewal: record.renewal + 1 } }
}

/** A used epoch never returns. A hold binds one silence, not the one after it. Spec 9.2 rule 1. */
export function changeHolder(
  record: FenceRecord,
  signature: Signature,
  change: Pick<FenceRecord, 'state' | 'holder' | 'role' | 'return'> & Partial<Pick<FenceRecord, 'tips'>>,
): Transition {
  const renewal = change.state === 'promoting' ? 0 : 1
  return { ok: { ...record, ...change, epoch: record.epoch + 1, renewal, holdUntil: null, ...signature } }
}

/** Null when `self` holds the record in this state. */
export function notIn(record: FenceRecord, self: string, state: FenceRecord['state']): Transition | null {
  if (record.holder !== self) return refuse('EPOCH_LOST', `epoch ${record.epoch} belongs to ${record.holder}`)
  return record.state === state ? null : refuse('EPOCH_LOST', `the record is ${record.state}, not ${state}`)
}

export function refusal(code: RefusalCode, reason: string): Refusal {
  return { code, reason }
}

export function refuse(code: RefusalCode, reason: string): Transition {
  return { refused: refusal(code, reason) }
}
