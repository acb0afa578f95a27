import type { FenceRecord } from '../contracts/fence.js'
import { formatDuration, MINUTE_MS } from './durations.js'
import { type RestProof, restLeftMs } from './fence-records.js'
import { parseTime } from './rfc3339.js'

export interface StopFacts {
  /** An operator says that no process on any host acts for the holder any more; runs of workflows are ended besides. */
  readonly isDrained: boolean
  /** The earlier of the own clock and the provider's (`takerClock`). */
  readonly nowMs: number
  readonly skewMs: number
}

/**
 * How it is known that a holder which was stopped by the side that takes over acts no more. Runs of workflows can be
 * listed and ended; a process on a host that asked its guard just before the stop cannot, so its permit is waited for: no
 * renewal succeeds after a release or in a drain. The record of the stop has the later of the own clock and the provider's;
 * a clock that went back waits longer.
 */
export function stoppedRest({ state, renewedAt }: FenceRecord, { isDrained, nowMs, skewMs }: StopFacts): RestProof {
  const stoppedAtMs = state === 'released' || state === 'draining' ? parseTime(renewedAt) : null
  return { isDrained, stoppedMs: stoppedAtMs === null ? 0 : Math.max(0, nowMs - stoppedAtMs), skewMs }
}

/** For how long whoever takes over waits. Spec repository-mirror 9.3, 11.2 and 11.3. */
export function permitWaitMs(record: FenceRecord, facts: StopFacts): number {
  return restLeftMs(record, stoppedRest(record, facts))
}

/** Never less than it is. */
export function waitText(waitMs: number): string {
  return formatDuration(Math.ceil(waitMs / MINUTE_MS) * MINUTE_MS)
}
