import type { Logger } from '@montana/foundation'
import type { PolicyDecision } from '../core/api.js'

export interface Decided {
  readonly policies: readonly PolicyDecision[]
  /** CLOCK_MONOTONIC, ms: the line itself is written after the effects, when a grant may already be at its target. */
  readonly decidedMs: number
}

/** One line per change of what this host is; epoch and mode stand in each. Spec three-mirror 4, 9. */
export function logChanges(logger: Logger, before: readonly PolicyDecision[], { policies, decidedMs }: Decided): void {
  for (const decision of policies) {
    const { policy, claim, mode, standing, leader, rule } = decision
    const last = before.find((other) => other.policy === policy)
    if (last && isSame(last, decision)) continue
    const epoch = claim.epoch === null ? null : String(claim.epoch)
    const { state, isEligible, reason } = claim
    const facts = { policy, state, epoch, mode, standing, rule, isEligible, reason }
    logger.info({ event: 'role', ...facts, leader: leader?.host ?? null, decidedMs }, 'role')
  }
}

function isSame(a: PolicyDecision, b: PolicyDecision): boolean {
  return (
    a.claim.state === b.claim.state &&
    a.claim.epoch === b.claim.epoch &&
    a.mode === b.mode &&
    a.leader?.host === b.leader?.host &&
    a.claim.isEligible === b.claim.isEligible &&
    a.claim.reason === b.claim.reason
  )
}
