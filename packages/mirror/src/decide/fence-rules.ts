import type { FenceRecord } from '../contracts/fence.js'
import {
  changeHolder,
  mayActIn,
  type RestProof,
  refuse,
  renewed,
  restObstacle,
  type Signature,
  type Transition,
} from './fence-records.js'
import { parseTime } from './rfc3339.js'

/** What a holder writes anew with each renewal. */
export type Renewable = Pick<FenceRecord, 'tips' | 'gates' | 'autoPromote' | 'permitMinutes'>

/** Of a new fence: the primary acts. Spec repository-mirror 8.2, 9.1. */
export function firstRecord(holder: string, content: Renewable, signature: Signature): FenceRecord {
  const rest = { renewal: 1, holdUntil: null, return: 'auto' as const, paused: false }
  return { schema: 1, epoch: 1, state: 'active', holder, role: 'MASTER', ...rest, ...content, ...signature }
}

/** Spec 9.2 rule 1. Only who acts renews: a holder that promotes or is drained has no permit to prolong. */
export function renew(
  record: FenceRecord,
  self: string,
  content: Partial<Renewable>,
  signature: Signature,
): Transition {
  if (record.holder !== self) return refuse('FENCED', `epoch ${record.epoch} belongs to ${record.holder}`)
  if (!mayActIn(record)) return refuse('FENCED', `the holder does not act while the record is ${record.state}`)
  return renewed(record, content, signature)
}

/** The end of a failed promotion, or the first step of a planned switch. Spec 9.2 rule 1, 11.2. */
export function release(record: FenceRecord, self: string, signature: Signature): Transition {
  if (record.holder !== self) return refuse('EPOCH_LOST', `epoch ${record.epoch} belongs to ${record.holder}`)
  if (record.state === 'draining') return refuse('BUSY', 'a hand-back is under way')
  if (record.state === 'released') return refuse('PRECONDITION', 'already released')
  return { ok: { ...record, state: 'released', ...signature } }
}

/**
 * The holder before takes the next epoch in the role that it had, at once after a promotion that failed.
 * `former`: the last record in which it acted.
 */
export function claimAfterReleased(
  record: FenceRecord,
  former: FenceRecord,
  self: string,
  proof: RestProof,
  signature: Signature,
): Transition {
  if (record.state !== 'released') return refuse('FENCED', `epoch ${record.epoch} is ${record.state}, not released`)
  if (former.holder !== self) return refuse('FENCED', `${former.holder} acted before, not ${self}`)
  const obstacle = record.holder === self ? null : restObstacle(record, proof)
  if (obstacle) return { refused: obstacle }
  return changeHolder(record, signature, { state: 'active', holder: self, role: former.role, return: former.return })
}

/** By anybody who may write the fence; null ends it. It is no sign of life, so it renews nothing. Spec 9.2 rule 3. */
export function hold(record: FenceRecord, until: string | null, signature: Signature): Transition {
  if (until !== null && parseTime(until) === null) {
    return refuse('PRECONDITION', 'the end of a hold is an RFC 3339 time')
  }
  return annotated(record, { holdUntil: until }, signature)
}

/** While a reset isolates the mirrors. Spec 3.1 MIRROR_RESET_MODE. */
export function pause(record: FenceRecord, signature: Signature): Transition {
  return record.paused ? refuse('PRECONDITION', 'already paused') : annotated(record, { paused: true }, signature)
}

export function resume(record: FenceRecord, signature: Signature): Transition {
  return record.paused ? annotated(record, { paused: false }, signature) : refuse('PRECONDITION', 'not paused')
}

/** `renewedAt` stays the holder's: somebody else is writing. */
function annotated(record: FenceRecord, change: Partial<FenceRecord>, signature: Signature): Transition {
  const { actor, reason, nonce } = signature
  return { ok: { ...record, ...change, actor, reason, nonce } }
}
