import type { CoreSettings } from './api.js'
import type { CoreState, HostKnowledge } from './state.js'

/** How one other host looks from here in this turn. Spec 4 (words), 5.3. */
export interface Life {
  /** A sign of life within the detection window, and no confirmed death. */
  readonly isAlive: boolean
  /** Alive by its own messages or through a peer; posts at witnesses do not count. */
  readonly isVisible: boolean
  /** So suspect that a candidacy may begin: it will be confirmed or refuted within the confirming second. */
  readonly isPresumedDead: boolean
  /** It can be asked, directly or through a peer, and therefore must be. */
  readonly isReachable: boolean
  readonly signMs: number
}

/** Longest silence of a host that is well: m intervals and one timeout. */
export function detectionWindowMs({ timing }: CoreSettings): number {
  return timing.misses * timing.intervalMs + timing.timeoutMs
}

/**
 * Shortest silence that is death: (m − 1)·I + T + c. Longer by half a second than a leader without standing can act
 * (isolateAfter + killBudget), which is checked when the configuration is loaded: 5.4.
 */
export function silenceMs({ timing }: CoreSettings): number {
  return (timing.misses - 1) * timing.intervalMs + timing.timeoutMs + (timing.isBurst ? timing.confirmMs : 0)
}

/** `isSlowNeeded`: no quorum without slow witnesses, so their long staleness holds. Spec 7.3. */
export function lifeOf(
  state: CoreState,
  settings: CoreSettings,
  host: string,
  nowMs: number,
  isSlowNeeded: boolean,
): Life {
  const known = state.hosts[host]
  if (!known) throw new RangeError(`host ${host} is not of the group`)
  const windowMs = detectionWindowMs(settings)
  const slow = hasSlowSign(state, settings, host, known, nowMs, isSlowNeeded)
  // What happened before a stall is not known: nobody is dead for want of signs that nobody could take in.
  const signMs = Math.max(known.signMs, postSign(known, settings, nowMs), graceMs(state, known))
  const isDead = isConfirmedDead(known, settings, nowMs, signMs)
  const isAlive = slow || (!isDead && nowMs - signMs < windowMs)
  const isLost = isConfirmedDead(known, settings, nowMs, known.signMs)
  return {
    isAlive,
    isVisible: !isLost && nowMs - known.signMs < windowMs,
    isPresumedDead: !isAlive || (!slow && isPresumed(known, settings, nowMs, signMs)),
    isReachable: nowMs - Math.max(known.answeredSentMs, known.relayedSentMs) < windowMs,
    signMs,
  }
}

/** Only of hosts that were heard of at all: at a cold start nobody has to be waited for. */
function graceMs(state: CoreState, known: HostKnowledge): number {
  return known.bootId === null ? Number.NEGATIVE_INFINITY : state.freshSinceMs
}

function postSign(known: HostKnowledge, settings: CoreSettings, nowMs: number): number {
  const stalenessMs = Math.max(0, ...settings.witnesses.filter((w) => !w.isSlow).map((w) => w.stalenessMs))
  return nowMs - known.postSignMs < stalenessMs ? known.postSignMs : Number.NEGATIVE_INFINITY
}

/** m misses in a row, silence from all sources, and the burst after them is over. */
function isConfirmedDead(known: HostKnowledge, settings: CoreSettings, nowMs: number, signMs: number): boolean {
  const { isBurst, confirmMs } = settings.timing
  if (known.lostAtMs === null || nowMs - signMs < silenceMs(settings)) return false
  return !isBurst || nowMs - known.lostAtMs >= confirmMs
}

function isPresumed(known: HostKnowledge, settings: CoreSettings, nowMs: number, signMs: number): boolean {
  const { misses, confirmMs } = settings.timing
  return known.misses >= Math.max(1, misses - 1) && nowMs - signMs >= silenceMs(settings) - confirmMs
}

/** A slow witness shows life where it is needed for the quorum; elsewhere only by a change after the suspicion. */
function hasSlowSign(
  state: CoreState,
  settings: CoreSettings,
  host: string,
  known: HostKnowledge,
  nowMs: number,
  isNeeded: boolean,
): boolean {
  return settings.witnesses.some(({ name, isSlow, stalenessMs }) => {
    const post = isSlow ? state.witnesses[name]?.posts[host] : undefined
    if (!post || nowMs - post.changedMs >= stalenessMs) return false
    return isNeeded || post.previousReadSentMs >= (known.suspectSinceMs ?? Number.POSITIVE_INFINITY)
  })
}
