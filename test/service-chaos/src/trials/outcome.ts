import type { Gap } from '../check/gap.js'
import { BOUNDS } from './bounds.js'
import type { TrialOutcome } from './types.js'

/** What a trial has shown, before it is judged. */
export interface Ending {
  /** The host that was struck; undefined: nobody was, the service was not whole before. */
  readonly leader: string | undefined
  /** Hosts that were brought down before. */
  readonly down: readonly string[]
  readonly gap: Gap | undefined
  readonly isWhole: boolean
  readonly stallMs: number
}

export interface Outcome {
  readonly outcome: TrialOutcome
  /** What went wrong; null where nothing did, and the group is fit for more. */
  readonly reason: string | null
}

/** Void is only what was not the group's own doing: what it lost itself is a failure, and never repeated. Pure. */
export function outcomeOf({ leader, down, gap, isWhole, stallMs }: Ending): Outcome {
  const isStalled = stallMs > BOUNDS.stallMs
  const unless = (outcome: TrialOutcome, reason: string | null) => ({
    outcome: isStalled ? ('stalled' as const) : outcome,
    reason,
  })
  // Others than the leader went: that it goes on is what is promised.
  const before = down.length > 0 ? 'failed' : 'void'
  if (leader === undefined) return unless(before, 'the service was not whole before the fault')
  if (gap === undefined) return unless('void', 'the client has noticed nothing of the fault')
  // No stall explains that: it is waited for much longer than the promise.
  if (gap.toMs === undefined) return { outcome: 'failed', reason: 'nobody served' }
  if (gap.host === leader) return unless('void', 'the host that was struck answered')
  if (!isWhole) return unless('failed', 'the group was not whole again afterwards')
  return unless('counted', null)
}
