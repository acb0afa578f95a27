import type { Sighting } from './sightings.js'
import { type Count, NO_COUNT, type ThresholdSettings } from './threshold.js'
import { earliestSilenceMs, type SentinelSettings } from './time-budget.js'
import type { Finding, Verdict } from './verdict.js'

export interface TraceEntry {
  readonly atMs: number
  readonly verdict: Verdict
  readonly explanation: string
}

/** All times by the observer's own clock. Kept at `refs/montana/sentinel`. Spec repository-mirror 10.3. */
export interface SentinelMemory {
  readonly schema: 1
  readonly observedMs: number
  readonly record: Sighting | null
  readonly ownHeartbeat: Sighting | null
  readonly primaryHeartbeat: Sighting | null
  readonly count: Count
  /** No promotion before: one interval after the last decision to promote. Spec 11.1. */
  readonly notBeforeMs: number | null
  readonly trace: readonly TraceEntry[]
}

export function emptyMemory(nowMs: number): SentinelMemory {
  const nothing = { record: null, ownHeartbeat: null, primaryHeartbeat: null }
  return { schema: 1, observedMs: nowMs, ...nothing, count: NO_COUNT, notBeforeMs: null, trace: [] }
}

export interface Recalled {
  readonly memory: SentinelMemory
  readonly findings: readonly Finding[]
}

/** So many intervals one observation adds to an age at most. Two: one that was missed is ordinary. */
const GROWTH_INTERVALS = 2

/**
 * By how much remembered times move along with the own clock, which may be set, too. Back: ages stay as they were.
 * Forward, or a sentinel that did not run: from here one looks like the other, so an observation makes nothing older by
 * more than two intervals, and no single step of the clock can look like a silence. Spec repository-mirror 9.3.
 */
export function clockShiftMs(observedMs: number, nowMs: number, { intervalMs }: ThresholdSettings): number {
  const pauseMs = nowMs - observedMs
  return pauseMs < 0 ? pauseMs : Math.max(0, pauseMs - GROWTH_INTERVALS * intervalMs)
}

/** After a pause as long as the silence that promotes it knows nothing: by the rule of gaps (10.2) ordinary ones are shorter. */
export function recall(memory: SentinelMemory | null, nowMs: number, settings: SentinelSettings): Recalled {
  if (memory === null) return { memory: emptyMemory(nowMs), findings: [] }
  const pauseMs = nowMs - memory.observedMs
  const moved = shift(memory, clockShiftMs(memory.observedMs, nowMs, settings))
  if (pauseMs < 0) {
    const message = 'the own clock went back; ages were kept'
    return { memory: moved, findings: [{ code: 'observer-clock-went-back', message }] }
  }
  if (pauseMs < earliestSilenceMs(settings)) return { memory: moved, findings: [] }
  const message = 'no observation for longer than a promotion takes; ages begin anew'
  return { memory: restart(memory, nowMs), findings: [{ code: 'observer-was-away', message }] }
}

function shift(memory: SentinelMemory, byMs: number): SentinelMemory {
  const moved = (atMs: number | null) => (atMs === null ? null : atMs + byMs)
  const { count } = memory
  return {
    ...mapSightings(memory, (sighting) => ({ ...sighting, firstSeenMs: sighting.firstSeenMs + byMs })),
    count: { ...count, unhealthySinceMs: moved(count.unhealthySinceMs), lastCountedMs: moved(count.lastCountedMs) },
    notBeforeMs: moved(memory.notBeforeMs),
  }
}

function restart(memory: SentinelMemory, nowMs: number): SentinelMemory {
  return { ...mapSightings(memory, (sighting) => ({ ...sighting, firstSeenMs: nowMs })), count: NO_COUNT }
}

function mapSightings(memory: SentinelMemory, change: (sighting: Sighting) => Sighting): SentinelMemory {
  const mapped = (sighting: Sighting | null) => (sighting === null ? null : change(sighting))
  const { record, ownHeartbeat, primaryHeartbeat } = memory
  return {
    ...memory,
    record: mapped(record),
    ownHeartbeat: mapped(ownHeartbeat),
    primaryHeartbeat: mapped(primaryHeartbeat),
  }
}
