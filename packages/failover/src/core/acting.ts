import { TURN_MS } from './constants.js'
import { beginHandover } from './handover.js'
import { holdDownOf } from './history.js'
import { leaseDeadlineMs } from './observe-lease.js'
import { alert, type PolicyTurn } from './policy-turn.js'
import { leaderAmong } from './rivals.js'
import { standingEndMs } from './standing.js'
import { standingRules } from './standing-rules.js'
import type { PolicyState, Tenure } from './state.js'
import { type Stop, startTenure, stopTenure } from './tenure.js'

type Acting = Extract<Tenure, { phase: 'acting' }>

/** Last moment at which this host may act: end of its lease, or of its standing. */
export function actUntilMs({ view }: Pick<PolicyTurn, 'view'>, own: PolicyState): number {
  const { settings, until } = view
  if (settings.coordinator.kind === 'etcd') return leaseDeadlineMs(own.lease, settings.timing.killBudgetMs)
  return standingEndMs(until, standingRules(settings))
}

/** What ends a tenure whatever else is going on: D1, D2, D3, in this order. Null: it goes on. */
function mustStop(turn: PolicyTurn, own: PolicyState, epoch: bigint): Stop | null {
  if (turn.isStalled) return { rule: 'D1', reason: 'the loop stood still', isFenced: true }
  // One turn early: at the next one it would be too late.
  if (actUntilMs(turn, own) - TURN_MS <= turn.view.nowMs) return { rule: 'D2', reason: lossOf(turn) }
  if (own.isRefused) return { rule: 'D3', reason: 'a sink knows a higher epoch', isRefusal: true }
  const other = leaderAmong(turn.view, turn.policy)
  if (other && (other.claim.epoch ?? 0n) > epoch && !isOutranked(turn, other.claim.mode)) {
    return { rule: 'D3', reason: `${other.host} acts with a higher epoch` }
  }
  return null
}

function lossOf({ view }: PolicyTurn): string {
  return view.settings.coordinator.kind === 'etcd' ? 'the lease ends' : 'no standing'
}

/** A LEASED leader is not displaced by another mode. */
function isOutranked({ view }: PolicyTurn, mode: string): boolean {
  return view.settings.coordinator.kind === 'etcd' && mode !== 'LEASED'
}

/** The rules for a host that acts, and for one that is still stopping. */
export function actingRules(turn: PolicyTurn, own: PolicyState): PolicyState {
  const { tenure } = own
  if (tenure.phase === 'none') return own
  const stop = mustStop(turn, own, tenure.epoch)
  const met = meet(turn, own, tenure.epoch)
  if (tenure.phase === 'stopping') return stop && tenure.isGraceful ? stopTenure(turn, met, stop) : force(turn, met)
  if (stop) return stopTenure(turn, met, stop)
  return outranked(turn, whileActing(turn, met, tenure))
}

/** D4, the promotion's own deadline, D8. */
function whileActing(turn: PolicyTurn, own: PolicyState, tenure: Acting): PolicyState {
  const { view, policy } = turn
  if (tenure.promotedMs === null) {
    if (view.nowMs - tenure.sinceMs < policy.promoteMs) return own
    return stopTenure(turn, own, { rule: 'D4', reason: 'promotion took too long', isBackedOff: true })
  }
  if (own.health?.isHealthy === false && !view.isPaused) {
    return stopTenure(turn, own, { rule: 'D4', reason: 'the service is not healthy', isBackedOff: true })
  }
  return failback(turn, own)
}

/** D8: a higher host has been eligible for the hold-down and lags in nothing. */
function failback(turn: PolicyTurn, own: PolicyState): PolicyState {
  const { view, policy } = turn
  const isAllowed = policy.failback === 'auto' && !view.isPaused && own.handover === null
  if (!isAllowed || own.handoverRetryMs > view.nowMs) return own
  const waiting = holdDownOf(view, policy, own)
  if (!waiting || waiting.remainingMs > 0 || !view.lives[waiting.host]?.isVisible) return own
  if ((view.state.hosts[waiting.host]?.claims[policy.name]?.lagMs ?? 0) > 0) return own
  return beginHandover(turn, own, { target: waiting.host, reason: 'failback', isFinal: false })
}

/** Two leaders met; said once per epoch of the other. */
function meet(turn: PolicyTurn, own: PolicyState, epoch: bigint): PolicyState {
  const other = leaderAmong(turn.view, turn.policy)
  if (!other || other.claim.epoch === null || other.claim.epoch === own.metEpoch) return own
  // The last words of who gave this tenure away are older than the grant.
  if (own.tenure.phase === 'acting' && own.tenure.grantedBy === other.host && other.claim.epoch < epoch) return own
  alert(turn, 'OVERLAP', `${other.host} acts with epoch ${other.claim.epoch}, this host with ${epoch}`)
  return { ...own, metEpoch: other.claim.epoch }
}

/** D3 for a LEASED leader: above the epoch of the other it goes on under a new one. */
function outranked(turn: PolicyTurn, own: PolicyState): PolicyState {
  const { tenure } = own
  const other = leaderAmong(turn.view, turn.policy)?.claim
  if (tenure.phase !== 'acting' || !other?.epoch || other.epoch < tenure.epoch) return own
  return startTenure(turn, own, { rule: 'D3', reason: 'a lease is not displaced by another mode' })
}

/** The stop is overdue: nothing but force is left, again every second until the runner reports the end. */
function force(turn: PolicyTurn, own: PolicyState): PolicyState {
  const { tenure } = own
  if (tenure.phase !== 'stopping') return own
  const { nowMs, settings } = turn.view
  const dueMs = (tenure.forcedMs ?? tenure.sinceMs) + 2 * settings.timing.killBudgetMs
  if (nowMs < dueMs) return own
  alert(turn, 'DEMOTE_OVERDUE', `the service of ${turn.policy.name} still runs after its budget`)
  turn.effects.push({ kind: 'fence-local', policy: turn.policy.name })
  return { ...own, tenure: { ...tenure, forcedMs: nowMs } }
}
