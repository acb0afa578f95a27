import type { Sighting } from '../decide/sightings.js'
import { earliestPromotionMs } from '../decide/threshold.js'
import type { ViewParts } from './parts.js'
import type { SentinelView, SignalView } from './types.js'

export function sentinelView({ sentinel, config }: Pick<ViewParts, 'sentinel' | 'config'>): SentinelView | null {
  const memory = sentinel?.memory
  if (!memory) return null
  const signal = (name: SignalView['name'], sighting: Sighting | null): SignalView => {
    if (sighting === null) return { name, ageMs: null, state: 'never' }
    const ageMs = Math.max(0, memory.observedMs - sighting.firstSeenMs)
    return { name, ageMs, state: ageMs < config.stalenessMs ? 'young' : 'stale' }
  }
  return {
    verdict: memory.trace.at(-1)?.verdict ?? 'unknown',
    observedMs: memory.observedMs,
    signals: [
      signal('lease', memory.record),
      signal('own heartbeat', memory.ownHeartbeat),
      signal('primary heartbeat', memory.primaryHeartbeat),
    ],
    count: memory.count.count,
    threshold: config.sentinel.threshold,
    sinceMs: memory.count.unhealthySinceMs,
    earliestPromotionMs: earliestPromotionMs(memory.count, config.sentinel),
    trace: memory.trace,
  }
}
