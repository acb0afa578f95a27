import type { FenceRecord } from '../contracts/fence.js'
import { formatDuration } from './durations.js'
import {
  changeHolder,
  NO_PROGRESS_MS,
  notIn,
  type RestProof,
  refusal,
  renewed,
  restObstacle,
  type Signature,
  stopPatienceMs,
  type Transition,
} from './fence-records.js'
import type { Refusal } from './refusal.js'
import { parseTime } from './rfc3339.js'

export interface PromotionClaim extends RestProof {
  readonly self: string
  /** The sentinel's decision; an operator's planned switch; an operator's force, which asks nobody. Spec repository-mirror 11.2. */
  readonly cause: 'silence' | 'planned' | 'force'
  readonly tips: FenceRecord['tips']
  readonly nowMs: number
  /** Since the observer first saw the record as it is. */
  readonly idleMs: number
}

/**
 * Step 2 of a promotion: from here on the holder before is fenced. `record` is the one on which the decision fell, never
 * one that was read again: a renewal in between must make the swap fail. Spec 11.1.
 */
export function claimForPromotion(record: FenceRecord, claim: PromotionClaim, signature: Signature): Transition {
  const obstacle = claimObstacle(record, claim)
  if (obstacle) return { refused: obstacle }
  const back = claim.cause === 'silence' ? 'auto' : 'manual'
  const role = 'TEMPORARY_MASTER'
  const { self: holder, tips } = claim
  return changeHolder(record, signature, { state: 'promoting', holder, role, return: back, tips })
}

/** Null when the claim may be made. */
export function claimObstacle(record: FenceRecord, claim: Omit<PromotionClaim, 'tips'>): Refusal | null {
  if (claim.cause === 'force') return null
  if (record.holder === claim.self && record.state !== 'released') {
    return refusal('BUSY', `this repository already holds epoch ${record.epoch} (${record.state})`)
  }
  return claim.cause === 'planned' ? plannedObstacle(record, claim) : silenceObstacle(record, claim)
}

function plannedObstacle(record: FenceRecord, claim: RestProof): Refusal | null {
  if (record.state === 'released') return restObstacle(record, claim)
  return refusal('PRECONDITION', `the holder has not stopped: the record is ${record.state}, not released`)
}

type Silence = Pick<PromotionClaim, 'idleMs' | 'nowMs' | 'skewMs'>

/** Whoever acted in this epoch may do so until a permit has passed that began as late as the record was first seen. */
function silenceObstacle(record: FenceRecord, { idleMs, nowMs, skewMs }: Silence): Refusal | null {
  if (idleMs < patienceMs(record, skewMs)) {
    return refusal('BUSY', `${record.holder} has been ${record.state} for ${formatDuration(idleMs)}`)
  }
  const rest = { isDrained: false, stoppedMs: idleMs, skewMs }
  return restObstacle(record, rest) ?? sentinelObstacle(record, nowMs, skewMs)
}

/** How long a change of roles may stand still before a sentinel takes over from it. */
function patienceMs(record: FenceRecord, skewMs: number): number {
  if (record.state === 'draining') return stopPatienceMs(record, skewMs)
  return record.state === 'promoting' ? NO_PROGRESS_MS : 0
}

/** What binds a sentinel, not an operator. A hold has the benefit of the skew. Spec 9.2 rule 3. */
export function sentinelObstacle(record: FenceRecord, nowMs: number, skewMs: number): Refusal | null {
  if (!record.autoPromote) return refusal('PRECONDITION', 'automatic promotion is off')
  if (record.paused) return refusal('PAUSED', 'mirrors are paused by a reset')
  if (record.holdUntil === null) return null
  const untilMs = parseTime(record.holdUntil)
  if (untilMs === null) return refusal('PRECONDITION', 'the hold has no readable end')
  return nowMs < untilMs + skewMs ? refusal('PRECONDITION', `hold until ${record.holdUntil}`) : null
}

/** Step 7; the permit counts from the start of this swap. */
export function activate(record: FenceRecord, self: string, signature: Signature): Transition {
  return notIn(record, self, 'promoting') ?? renewed(record, { state: 'active' }, signature)
}
