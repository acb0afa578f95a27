import type { PolicySettings } from './api.js'
import { hasOpenGrant } from './rivals.js'
import type { CoreState, PolicyState } from './state.js'
import type { IneligibleReason } from './types.js'
import type { View } from './view.js'

/** Why this host does not put itself forward for a policy, the weightiest reason first; null: it does. Spec 4, words. */
export function ineligibility(view: View, policy: PolicySettings, own: PolicyState): IneligibleReason | null {
  const { state, settings, nowMs } = view
  if (state.isStopping) return 'stopping'
  if (!isSettled(own) || !isStarted(view)) return state.freshSinceMs === state.startedAtMs ? 'starting' : 'stalled'
  if (state.amnesia && !hasLearned(view)) return 'amnesia'
  if (isIsolated(view, own)) return 'isolated'
  if (own.steppedDownUntilMs > nowMs || hasOpenGrant(own, nowMs)) return 'stepped-down'
  if (!policy.chain.includes(settings.self) || own.health?.isReady === false) return 'not-ready'
  if (own.backOff.untilMs > nowMs) return 'back-off'
  return (own.health?.lagMs ?? 0) > settings.timing.maxLagMs ? 'lag' : null
}

/**
 * D2. Whoever cannot reach etcd for the time of a lease could not hold one: nobody waits for it, or hands over to it.
 */
function isIsolated({ settings, standbyStanding, nowMs }: View, { lease }: PolicyState): boolean {
  const { coordinator } = settings
  if (coordinator.kind === 'chain') return standbyStanding === 'none'
  return nowMs - lease.contactMs > coordinator.ttlMs
}

/** Nothing of the service runs that should not: a leader that is well is eligible, one that still stops is not. */
function isSettled({ isClean, tenure }: PolicyState): boolean {
  return isClean || tenure.phase === 'acting'
}

/** D11; after a stall only the round, because what was known before does not count. */
function isStarted({ state, settings, nowMs, hasFullRound }: View): boolean {
  return hasFullRound && nowMs - state.startedAtMs >= settings.timing.startupDelayMs
}

/** D10: the highest epoch was learnt from a majority of the hosts, this one not counted, or from a witness quorum. */
export function hasLearned({ state, settings }: { state: CoreState; settings: View['settings'] }): boolean {
  if (!state.amnesia) return true
  const { hosts, witnesses } = state.amnesia
  const hasQuorum = settings.witnesses.length > 0 && witnesses.size >= settings.witnessQuorum
  return hosts.size * 2 > settings.hosts.length || hasQuorum
}

/** D7: only back-off or lag stands in the way, which is ignored when nobody else is eligible. */
export function isLastResort(reason: IneligibleReason | null): boolean {
  return reason === 'back-off' || reason === 'lag'
}
