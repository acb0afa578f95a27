import type { Clock, CoreSettings } from './api.js'
import { ACTING_PROBE_MS } from './constants.js'
import { type Life, lifeOf } from './liveness.js'
import { type StandingUntil, standingAt, standingUntil } from './standing.js'
import { standingRules } from './standing-rules.js'
import type { CoreState } from './state.js'
import type { Mode, Standing } from './types.js'

/** What one turn decides upon, the same for every policy. */
export interface View {
  readonly settings: CoreSettings
  readonly state: CoreState
  readonly nowMs: number
  readonly lives: Readonly<Record<string, Life>>
  /** The right to act now. */
  readonly standing: Standing
  readonly until: StandingUntil
  /** The same judged by the slower probes of a standby: whether it may put itself forward. */
  readonly standbyStanding: Standing
  readonly isPaused: boolean
  readonly hasFullRound: boolean
}

export function viewOf(state: CoreState, settings: CoreSettings, { nowMs }: Clock): View {
  const rules = standingRules(settings)
  const until = standingUntil(state, settings, settings.timing.isolateAfterMs)
  const standby = standingUntil(state, settings, standbyWindowMs(settings))
  const standbyStanding = standingAt(standby, rules, nowMs)
  const isSlowNeeded = standby.majorityMs <= nowMs && standby.fastQuorumMs <= nowMs
  const names = Object.keys(state.hosts)
  return {
    settings,
    state,
    nowMs,
    lives: Object.fromEntries(names.map((host) => [host, lifeOf(state, settings, host, nowMs, isSlowNeeded)])),
    standing: standingAt(until, rules, nowMs),
    until,
    standbyStanding,
    isPaused: isPaused(state, nowMs),
    hasFullRound: state.tried.size >= names.length + settings.witnesses.length,
  }
}

/** One probe of a standby and its timeout, if that is longer than what an acting host is held to. */
function standbyWindowMs({ timing }: CoreSettings): number {
  return Math.max(timing.isolateAfterMs, timing.intervalMs + timing.timeoutMs + ACTING_PROBE_MS)
}

/** The pause is the group's: that of any host that is heard holds for all. */
function isPaused({ pause, hosts }: CoreState, nowMs: number): boolean {
  const pauses = [pause, ...Object.values(hosts).map((known) => known.pause)]
  return pauses.some((each) => each !== null && each.untilMs > nowMs)
}

export function hasVisiblePeer({ lives }: View): boolean {
  return Object.values(lives).some(({ isVisible }) => isVisible)
}

/** Mode of a host without a lease. Spec 4, table of modes. */
export function chainMode(standing: Standing, hasPeer: boolean): Mode {
  if (standing === 'none') return 'ISOLATED'
  // A group of one host has its majority and no peer.
  return hasPeer || standing === 'majority' ? 'CHAIN' : 'SURVIVOR'
}
