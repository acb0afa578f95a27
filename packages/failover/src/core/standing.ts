import type { CoreSettings, WitnessSettings } from './api.js'
import { type StandingRules, standingOf } from './standing-rules.js'
import { type CoreState, NEVER } from './state.js'
import type { Standing } from './types.js'

/** Until when each kind of standing lasts if nobody answers any more; NEVER: there is none. */
export interface StandingUntil {
  readonly majorityMs: number
  readonly quorumMs: number
  /** The quorum of the witnesses that are not slow. */
  readonly fastQuorumMs: number
}

/**
 * Standing lasts for `windowMs` after the sending of the oldest answered request that it needs; a slow witness has its
 * own window. A witness counts by post and read alike: one whom this host can read but not write to does not
 * show it to others. Spec 4, Standing.
 */
export function standingUntil(state: CoreState, settings: CoreSettings, windowMs: number): StandingUntil {
  const reached = Object.values(state.hosts).map(({ reachedMs }) => reachedMs + windowMs)
  const needed = Math.floor(settings.hosts.length / 2)
  const fast = settings.witnesses.filter(({ isSlow }) => !isSlow)
  return {
    majorityMs: nth(reached, needed),
    quorumMs: nth(witnessUntil(state, settings.witnesses, windowMs), settings.witnessQuorum),
    fastQuorumMs: nth(witnessUntil(state, fast, windowMs), settings.witnessQuorum),
  }
}

function witnessUntil(state: CoreState, witnesses: readonly WitnessSettings[], windowMs: number): number[] {
  return witnesses.map((witness) => {
    const known = state.witnesses[witness.name]
    const posted = Math.max(NEVER, ...(known?.posted ?? []).map(({ sentMs }) => sentMs))
    const read = known?.read?.isCounted ? known.read.sentMs : NEVER
    return Math.min(posted, read) + (witness.isSlow ? witness.windowMs : windowMs)
  })
}

/** The n-th latest: so many last at least until then. None are needed for ever. */
function nth(untilMs: readonly number[], n: number): number {
  if (n === 0) return Number.POSITIVE_INFINITY
  return untilMs.toSorted((a, b) => b - a)[n - 1] ?? NEVER
}

export function standingAt(until: StandingUntil, rules: StandingRules, nowMs: number): Standing {
  return standingOf(rules, until.majorityMs > nowMs, until.quorumMs > nowMs)
}

/** The end of the best standing there is. */
export function standingEndMs(until: StandingUntil, rules: StandingRules): number {
  const moments = [until.majorityMs, until.quorumMs]
  const ends = moments.filter((end) => standingOf(rules, until.majorityMs >= end, until.quorumMs >= end) !== 'none')
  return Math.max(NEVER, ...ends, standingOf(rules, false, false) === 'none' ? NEVER : Number.POSITIVE_INFINITY)
}
