import { CANDIDACY_MAX_MS, RETRY_MS } from './constants.js'
import { ineligibility, isLastResort } from './eligibility.js'
import { missingEvidence } from './evidence.js'
import { obstacleOf } from './obstacle.js'
import type { Cause, PolicyTurn } from './policy-turn.js'
import { rivalsOf } from './rivals.js'
import type { PolicyState } from './state.js'
import { startTenure } from './tenure.js'

/** The chain's own election: D6 with S2 to S4. */
export function election(turn: PolicyTurn, own: PolicyState): PolicyState {
  if (own.tenure.phase !== 'none') return own
  const { view, policy } = turn
  const reason = ineligibility(view, policy, own)
  const isLast = isLastResort(reason)
  const mayStand = (reason === null || isLast) && !view.isPaused && own.retryAtMs <= view.nowMs
  if (!mayStand || view.standbyStanding === 'none') {
    return withdraw(turn, own, {
      rule: 'D6',
      reason: `may not stand: ${reason ?? (view.isPaused ? 'paused' : 'waits')}`,
    })
  }
  const obstacle = obstacleOf(rivalsOf(view, policy, true), isLast)
  if (obstacle && !obstacle.isWaiting) {
    return withdraw(turn, own, { rule: obstacle.rule, reason: `${obstacle.host} goes first` })
  }
  if (own.candidateSinceMs === null) return becomeCandidate(turn, own)
  if (view.nowMs - own.candidateSinceMs > CANDIDACY_MAX_MS) {
    const late = { rule: 'D6', reason: 'not let through in time' }
    return { ...withdraw(turn, own, late), retryAtMs: view.nowMs + RETRY_MS }
  }
  return mayPromote(turn, own, isLast)
    ? startTenure(turn, own, { rule: isLast ? 'D7' : 'D6', reason: 'first of the chain' })
    : own
}

/** What was presumed for the candidacy is confirmed now, and everybody was asked who can be. */
function mayPromote({ view, policy }: PolicyTurn, own: PolicyState, isLast: boolean): boolean {
  if (own.candidateSinceMs === null || view.standing === 'none') return false
  if (obstacleOf(rivalsOf(view, policy), isLast) !== null) return false
  return missingEvidence(view, policy.name, own.candidateSinceMs) === null
}

function becomeCandidate(turn: PolicyTurn, own: PolicyState): PolicyState {
  turn.cause = { rule: 'D6', reason: 'nobody above is fit' }
  return { ...own, candidateSinceMs: turn.view.nowMs, candidacies: own.candidacies + 1 }
}

function withdraw(turn: PolicyTurn, own: PolicyState, cause: Cause): PolicyState {
  if (own.candidateSinceMs === null) return own
  turn.cause = cause
  return { ...own, candidateSinceMs: null }
}
