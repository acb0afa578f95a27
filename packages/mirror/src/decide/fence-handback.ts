import type { FenceRecord } from '../contracts/fence.js'
import { formatDuration } from './durations.js'
import {
  changeHolder,
  notIn,
  type RestProof,
  refuse,
  renewed,
  restObstacle,
  type Signature,
  stopPatienceMs,
  type Transition,
} from './fence-records.js'

/** The temporary primary has seen the primary return; it acts until it is drained. Spec repository-mirror 11.3. */
export function handbackReady(record: FenceRecord, self: string, isAsked: boolean, signature: Signature): Transition {
  const refused = notIn(record, self, 'active')
  if (refused) return refused
  if (record.role !== 'TEMPORARY_MASTER') return refuse('PRECONDITION', 'only a temporary primary hands back')
  if (record.return === 'manual' && !isAsked) return refuse('PRECONDITION', 'the return waits for an operator')
  return { ok: { ...record, state: 'handback-ready', ...signature } }
}

/** Step 2, written by the returned primary. No renewal succeeds after it, so the holder acts until its permit ends at the latest. */
export function draining(record: FenceRecord, self: string, signature: Signature): Transition {
  if (record.holder === self) return refuse('PRECONDITION', 'this repository is the holder')
  if (record.state !== 'handback-ready') {
    return refuse('PRECONDITION', `the record is ${record.state}, not handback-ready`)
  }
  return { ok: { ...record, state: 'draining', ...signature } }
}

/**
 * While the drain lasts, so that the other side does not take it for dead. `renewedAt` stays that of the drain, from
 * which the last permit is waited for.
 */
export function keepDraining(record: FenceRecord, self: string, signature: Signature): Transition {
  if (record.state !== 'draining') return refuse('EPOCH_LOST', `the record is ${record.state}, not draining`)
  if (record.holder === self) return refuse('PRECONDITION', 'this repository is the holder')
  return { ok: { ...record, ...signature, renewedAt: record.renewedAt } }
}

/** Written by whoever drains and finds that it cannot finish: the temporary primary acts again with its next renewal. */
export function cancelDraining(record: FenceRecord, self: string, signature: Signature): Transition {
  if (record.state !== 'draining') return refuse('EPOCH_LOST', `the record is ${record.state}, not draining`)
  if (record.holder === self) return refuse('PRECONDITION', 'this repository is the holder')
  return { ok: { ...record, state: 'active', ...signature } }
}

/** Step 5. */
export function claimHandback(
  record: FenceRecord,
  self: string,
  proof: RestProof,
  tips: FenceRecord['tips'],
  signature: Signature,
): Transition {
  if (record.state !== 'draining') return refuse('EPOCH_LOST', `the record is ${record.state}, not draining`)
  if (record.holder === self) return refuse('PRECONDITION', 'this repository is the holder')
  const obstacle = restObstacle(record, proof)
  if (obstacle) return { refused: obstacle }
  return changeHolder(record, signature, { state: 'active', holder: self, role: 'MASTER', return: 'auto', tips })
}

/** Of whoever watches a drain. */
export interface DrainWatch {
  /** Since the observer first saw the record as it is. */
  readonly idleMs: number
  readonly skewMs: number
}

/**
 * The returned primary died while draining: the temporary one goes on, and a late executor loses its next swap. A drain
 * that only waits for the last permit is not taken for dead.
 */
export function undrain(record: FenceRecord, self: string, watch: DrainWatch, signature: Signature): Transition {
  const refused = notIn(record, self, 'draining')
  if (refused) return refused
  const { idleMs, skewMs } = watch
  if (idleMs < stopPatienceMs(record, skewMs)) {
    return refuse('BUSY', `the hand-back moved ${formatDuration(idleMs)} ago`)
  }
  return renewed(record, { state: 'active' }, signature)
}
