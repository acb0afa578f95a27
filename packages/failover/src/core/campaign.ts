import { CAMPAIGN_STEP_MS, LEASE_MARGIN_MS, RENEW_EVERY_MS } from './constants.js'
import { ineligibility, isLastResort } from './eligibility.js'
import { leaseDeadlineMs } from './observe-lease.js'
import type { PolicyTurn } from './policy-turn.js'
import { rivalsOf } from './rivals.js'
import type { PolicyState } from './state.js'
import { startTenure } from './tenure.js'

/** The election by an etcd lease: who holds the key leads, the chain only says who asks first. Spec 6.2. */
export function campaign(turn: PolicyTurn, own: PolicyState): PolicyState {
  if (own.tenure.phase === 'acting') return renew(turn, own)
  return own.tenure.phase === 'none' ? (taken(turn, own) ?? ask(turn, own)) : own
}

/** A lease was acquired, or its key was moved to this host: the tenure begins if enough of it is left. */
function taken(turn: PolicyTurn, own: PolicyState): PolicyState | null {
  const { lease } = own
  const { nowMs, settings, isPaused } = turn.view
  if (lease.sentMs === null || lease.epoch === null) return null
  const deadlineMs = leaseDeadlineMs(lease, settings.timing.killBudgetMs)
  if (deadlineMs - LEASE_MARGIN_MS <= nowMs || isPaused || ineligibleFor(turn, own)) return released(turn, own)
  return startTenure(turn, own, { rule: 'lease', reason: 'acquired the lease', epoch: lease.epoch })
}

function released(turn: PolicyTurn, own: PolicyState): PolicyState {
  turn.effects.push({ kind: 'release', policy: turn.policy.name })
  return { ...own, lease: { ...own.lease, sentMs: null, epoch: null } }
}

function ineligibleFor({ view, policy }: PolicyTurn, own: PolicyState): boolean {
  const reason = ineligibility(view, policy, own)
  return reason !== null && !isLastResort(reason)
}

/** Renewed every half second by all endpoints; a handover that moves the key is not renewed against. */
function renew(turn: PolicyTurn, own: PolicyState): PolicyState {
  const { nowMs } = turn.view
  if (nowMs - own.lease.renewedMs < RENEW_EVERY_MS) return own
  turn.effects.push({ kind: 'renew', policy: turn.policy.name })
  return { ...own, lease: { ...own.lease, renewedMs: nowMs } }
}

/** Half a second later for every live eligible host above; never while the key is held or its cluster grants too long. */
function ask(turn: PolicyTurn, own: PolicyState): PolicyState {
  const { view, policy, highest } = turn
  const { lease } = own
  const reason = ineligibility(view, policy, own)
  const rivals = rivalsOf(view, policy).filter(({ isAlive, isSkipped }) => isAlive && !isSkipped)
  const isLast = isLastResort(reason) && !rivals.some(({ isEligible }) => isEligible)
  const isBarred = (reason !== null && !isLast) || view.isPaused || (lease.refused?.untilMs ?? 0) > view.nowMs
  if (isBarred || lease.freeSinceMs === null || rivals.some(({ mayAct }) => mayAct)) return own
  const above = rivals.filter(({ isAbove, isEligible }) => isAbove && isEligible).length
  const isTurn = view.nowMs - lease.freeSinceMs >= above * CAMPAIGN_STEP_MS
  if (!isTurn || view.nowMs - lease.acquireSentMs < RENEW_EVERY_MS) return own
  turn.effects.push({ kind: 'acquire', policy: policy.name, floor: highest })
  return { ...own, lease: { ...lease, acquireSentMs: view.nowMs } }
}
