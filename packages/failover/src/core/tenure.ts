import { type Epoch, makeEpoch, RANK, type Rank, splitEpoch } from '../epoch.js'
import { BACK_OFF_MAX_MS, BACK_OFF_MS, GRACEFUL_STOP_MS } from './constants.js'
import type { Cause, PolicyTurn } from './policy-turn.js'
import { NO_LEASE, type PolicyState } from './state.js'
import { chainMode, hasVisiblePeer, type View } from './view.js'

export interface Start extends Cause {
  /** The epoch that a coordinator gave; without one the next above every known. */
  readonly epoch?: Epoch
  /** Lowest counter, of a grant. */
  readonly counter?: number
  readonly grantedBy?: string
}

/** A new tenure: the epoch first, durably, then the service. Spec 9. */
export function startTenure(turn: PolicyTurn, own: PolicyState, start: Start): PolicyState {
  const { view, policy, effects } = turn
  const epoch = start.epoch ?? nextEpoch(turn, start.counter ?? 0)
  const isLeased = view.settings.coordinator.kind === 'etcd'
  const mode = isLeased ? 'LEASED' : chainMode(view.standing, hasVisiblePeer(view))
  effects.push({ kind: 'persist-epoch', policy: policy.name, epoch })
  effects.push({ kind: 'promote', policy: policy.name, epoch, mode, standing: view.standing, reason: start.reason })
  turn.cause = start
  if (epoch > turn.highest) turn.highest = epoch
  return {
    ...own,
    tenure: { phase: 'acting', epoch, sinceMs: view.nowMs, promotedMs: null, grantedBy: start.grantedBy ?? null },
    candidateSinceMs: null,
    offer: null,
    grant: null,
    isRefused: false,
    isClean: false,
    health: own.health && { ...own.health, isHealthy: null },
  }
}

function nextEpoch({ view, policy, highest }: PolicyTurn, floor: number): Epoch {
  return makeEpoch({
    counter: Math.max(splitEpoch(highest).counter + 1, floor),
    rank: rankOf(view),
    chainIndex: policy.chain.indexOf(view.settings.self),
  })
}

function rankOf({ settings, standing }: View): Rank {
  if (settings.coordinator.kind === 'etcd') return RANK.LEASED
  return standing === 'majority' ? RANK.MAJORITY : RANK.OTHER
}

export interface Stop extends Cause {
  readonly isGraceful?: boolean
  /** Nothing may be sent any more before anything else is done: D1. */
  readonly isFenced?: boolean
  readonly isBackedOff?: boolean
  /** A sink refused the epoch. */
  readonly isRefusal?: boolean
}

/** Ends the tenure. Until the runner says that nothing runs any more, this host still counts as acting. */
export function stopTenure(turn: PolicyTurn, own: PolicyState, stop: Stop): PolicyState {
  const { tenure } = own
  if (tenure.phase === 'none') return own
  const { view, policy, effects } = turn
  const isGraceful = stop.isGraceful ?? false
  const { killBudgetMs } = view.settings.timing
  const budgetMs = isGraceful ? GRACEFUL_STOP_MS : killBudgetMs
  if (stop.isFenced) effects.push({ kind: 'fence-local', policy: policy.name })
  effects.push({ kind: 'demote', policy: policy.name, reason: stop.reason, budgetMs, isGraceful })
  turn.cause = stop
  return {
    ...(stop.isRefusal ? afterRefusal(own, view) : own),
    tenure: { phase: 'stopping', epoch: tenure.epoch, sinceMs: view.nowMs, isGraceful, forcedMs: null },
    backOff: stop.isBackedOff ? nextBackOff(own, view.nowMs) : own.backOff,
    handover: own.handover?.phase === 'stopping' && isGraceful ? own.handover : null,
    isRefused: false,
  }
}

/**
 * The first refusal costs nothing: the sink may know the epoch of a leader that is gone. A further one within ten minutes
 * means that somebody acts where this host cannot see it. Of two such islands the majority goes on, under the next epoch,
 * and the minority keeps away for a while: it cannot know when the other is gone, so it has to try again. Row 4 of
 * section 8 with one sink for both.
 */
function afterRefusal(own: PolicyState, { nowMs, standing, settings }: View): PolicyState {
  if (standing === 'majority' || settings.coordinator.kind === 'etcd') return own
  const earlier = own.refusalsMs.filter((at) => nowMs - at < BACK_OFF_MAX_MS)
  const untilMs = earlier.length > 0 ? nowMs + BACK_OFF_MS : nowMs
  const steppedDownUntilMs = Math.max(own.steppedDownUntilMs, untilMs)
  return { ...own, refusalsMs: [...earlier, nowMs], steppedDownUntilMs }
}

/** 30 s, doubling to 10 min; after a tenure that went well for as long the count begins anew. */
function nextBackOff({ backOff, tenure }: PolicyState, nowMs: number): PolicyState['backOff'] {
  const promotedMs = tenure.phase === 'acting' ? tenure.promotedMs : null
  const hasLasted = promotedMs !== null && nowMs - promotedMs >= BACK_OFF_MAX_MS
  const failures = hasLasted ? 1 : backOff.failures + 1
  const lengthMs = Math.min(BACK_OFF_MAX_MS, BACK_OFF_MS * 2 ** Math.min(failures - 1, 10))
  return { untilMs: nowMs + lengthMs, failures }
}

/** Nothing of the service runs any more. The lease, if there was one, is given back unless it is to be transferred. */
export function endTenure(turn: PolicyTurn, own: PolicyState): PolicyState {
  const { policy, effects } = turn
  if (own.lease.sentMs !== null && own.handover === null) effects.push({ kind: 'release', policy: policy.name })
  const { holder, refused, contactMs } = own.lease
  return { ...own, tenure: { phase: 'none' }, isClean: true, lease: { ...NO_LEASE, holder, refused, contactMs } }
}
