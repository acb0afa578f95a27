import type { SentinelMemory } from '../../../src/decide/memory.js'
import { type Observation, observe } from '../../../src/decide/observe.js'
import type { SentinelSettings } from '../../../src/decide/time-budget.js'
import { record } from './records.js'

export const MIN = 60_000
export const DEFAULTS: SentinelSettings = {
  intervalMs: 30 * MIN,
  threshold: 3,
  permitMs: 30 * MIN,
  skewMs: 10 * MIN,
  stalenessMs: 180 * MIN,
}

/** Some day; nothing depends on it. */
const START_MS = Date.UTC(2026, 1, 7)

/** Minutes at which something runs that begins at zero and then has these gaps. */
export function runsWith(gaps: readonly number[]): number[] {
  let minute = 0
  return [0, ...gaps.map((gap) => (minute += gap))]
}

/** What a sentinel sees after that many ticks, each of which renewed the fence and wrote a heartbeat. */
export function seenAfter(ticks: number, lastTickMinute: number): Observation {
  const heartbeat = new Date(START_MS + lastTickMinute * MIN).toISOString()
  const seen = { ownHeartbeat: heartbeat, primaryHeartbeat: heartbeat, primary: 'reachable' as const }
  return { controlProblem: null, record: record({ renewal: ticks, renewedAt: heartbeat }), ...seen }
}

export interface Replay {
  /** Minutes of the primary's ticks, ascending; the last one is its last. */
  readonly ticks: readonly number[]
  /** Minutes of the observations, ascending. */
  readonly observations: readonly number[]
  readonly settings: SentinelSettings
}

/** Minutes at which it decided to promote, one for each silence. */
export function promotions({ ticks, observations, settings }: Replay): number[] {
  const found: number[] = []
  let memory: SentinelMemory | null = null
  let tick = -1
  let promotedTick = -1
  for (const minute of observations) {
    while (tick + 1 < ticks.length && (ticks[tick + 1] ?? 0) <= minute) tick++
    if (tick < 0) continue
    const result = observe(memory, seenAfter(tick, ticks[tick] ?? 0), START_MS + minute * MIN, settings)
    memory = result.memory
    if (result.decision === 'promote' && promotedTick !== tick) {
      found.push(minute)
      promotedTick = tick
    }
  }
  return found
}

export function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN
}
