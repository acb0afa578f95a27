import { fenceView, selfView, twoWriters } from './fence-view.js'
import type { TargetFacts, ViewParts } from './parts.js'
import { sentinelView } from './sentinel-view.js'
import { targetView } from './target-view.js'
import type { MirrorsView, TargetDetail } from './types.js'

/** The view model of spec repository-mirror 14.1, as far as its parts are known. Pure. */
export function viewOf(parts: ViewParts, nowMs: number): MirrorsView {
  const jobs = parts.targets.flatMap((facts) => facts.jobs)
  const count = (state: string) => jobs.filter((job) => job.state === state).length
  return {
    nowMs,
    enabled: parts.config.enabled,
    paused: parts.isPaused,
    self: selfView(parts, nowMs),
    fence: fenceView(parts, nowMs),
    twoWriters: twoWriters(parts),
    queue: { pending: count('pending'), running: count('running'), blocked: count('blocked') },
    sentinel: sentinelView(parts),
    mirrors: parts.targets.map((facts) => targetView(parts, facts, nowMs)),
  }
}

/** One target with its refs and jobs. */
export function detailOf(parts: ViewParts, facts: TargetFacts, nowMs: number): TargetDetail {
  const jobs = facts.jobs.map(({ layer, state, attempts, nextAttemptAtMs: nextMs, reason, lastErrorCode }) => {
    return { layer, state, attempts, nextMs, reason, lastErrorCode }
  })
  return { ...targetView(parts, facts, nowMs), refs: facts.attempt?.refs ?? [], jobs }
}
