import { FAST_STALENESS_MAX_MS, GIT_INTERVAL_MS, GIT_OPERATION_MS, GIT_STALENESS_MS } from '../constants.js'
import type { GroupConfig, Profile, WitnessConfig } from '../types.js'

export interface WitnessTimes {
  readonly isSlow: boolean
  /** A post older than this is no sign of life. */
  readonly stalenessMs: number
  /** An answer counts for standing for so long; shorter than the staleness. */
  readonly windowMs: number
  /** Within this a candidacy is posted and read again. */
  readonly roundMs: number
}

/** Spec three-mirror 4 and 7.3. */
export function witnessTimes(
  witness: WitnessConfig,
  { profile, isolateAfterMs }: Pick<GroupConfig, 'profile' | 'isolateAfterMs'>,
): WitnessTimes {
  if (witness.kind === 'git') {
    const windowMs = GIT_INTERVAL_MS + GIT_OPERATION_MS
    return { isSlow: true, stalenessMs: GIT_STALENESS_MS, windowMs, roundMs: GIT_OPERATION_MS }
  }
  const stalenessMs = Math.min(detectMs(profile), FAST_STALENESS_MAX_MS)
  return { isSlow: false, stalenessMs, windowMs: isolateAfterMs, roundMs: profile.confirmMs }
}

/** From the last sign of life to the last miss (5.4). */
export function detectMs({ misses, intervalMs, timeoutMs }: Profile): number {
  return misses * intervalMs + timeoutMs
}
