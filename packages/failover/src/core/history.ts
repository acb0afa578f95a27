import type { PolicySettings } from './api.js'
import { FLAP_WINDOW_MS, HOLD_DOWN_MAX_MS, SKIP_MS } from './constants.js'
import type { PolicyState, RivalHistory } from './state.js'
import type { View } from './view.js'

const UNSEEN: RivalHistory = { eligibleSinceMs: null, idleSinceMs: null, skippedUntilMs: 0, flapsMs: [] }

/** Since when each other host has been eligible without a break, and since when it has let the chance go by. D7, D8. */
export function withHistory(view: View, policy: PolicySettings, own: PolicyState, hasLeader: boolean): PolicyState {
  const others = policy.chain.filter((host) => host !== view.settings.self)
  const rivals = others.map((host): [string, RivalHistory] => [
    host,
    historyOf(view, policy, host, own.rivals[host] ?? UNSEEN, hasLeader),
  ])
  return { ...own, rivals: Object.fromEntries(rivals) }
}

function historyOf(
  view: View,
  policy: PolicySettings,
  host: string,
  known: RivalHistory,
  hasLeader: boolean,
): RivalHistory {
  const { nowMs } = view
  const claim = view.state.hosts[host]?.claims[policy.name]
  const isEligible = Boolean(view.lives[host]?.isAlive && claim?.isEligible)
  const isFlap = known.eligibleSinceMs !== null && !isEligible
  const flapsMs = known.flapsMs.filter((at) => nowMs - at < FLAP_WINDOW_MS)
  // One that follows a leader which this host does not see, waits with reason.
  const isIdle = isEligible && !hasLeader && (claim?.epoch ?? null) === null && !view.isPaused
  const idleSinceMs = isIdle ? (known.idleSinceMs ?? nowMs) : null
  const isPassedOver = idleSinceMs !== null && nowMs - idleSinceMs >= policy.boundMs
  return {
    eligibleSinceMs: isEligible ? (known.eligibleSinceMs ?? nowMs) : null,
    idleSinceMs: isPassedOver ? null : idleSinceMs,
    skippedUntilMs: isPassedOver ? nowMs + SKIP_MS : known.skippedUntilMs,
    flapsMs: isFlap ? [...flapsMs, nowMs] : flapsMs,
  }
}

/** The first loss is a failure, each further one within the hour a flap, which doubles the time. 10.4. */
export function holdDownMs(policy: PolicySettings, { flapsMs }: RivalHistory): number {
  return Math.min(HOLD_DOWN_MAX_MS, policy.holdDownMs * 2 ** Math.min(20, Math.max(0, flapsMs.length - 1)))
}

/** The first host above this one that is eligible, and how long it has still to be. D8. */
export function holdDownOf(
  view: View,
  policy: PolicySettings,
  own: PolicyState,
): { host: string; remainingMs: number } | null {
  const above = policy.chain.slice(0, Math.max(0, policy.chain.indexOf(view.settings.self)))
  const host = above.find((name) => own.rivals[name]?.eligibleSinceMs != null)
  const history = host === undefined ? undefined : own.rivals[host]
  if (host === undefined || history?.eligibleSinceMs == null) return null
  const endMs = history.eligibleSinceMs + holdDownMs(policy, history)
  return { host, remainingMs: Math.max(0, endMs - view.nowMs) }
}
