import type { Clock, CoreSettings } from './api.js'
import { SUSPEND_MS } from './constants.js'
import { hasLearned } from './eligibility.js'
import type { CoreState } from './state.js'

/** D1: the loop was not run for `isolateAfter`, or the machine was suspended, which only the boot-time clock counts. */
export function isStalled({ lastTurn }: CoreState, { timing }: CoreSettings, { nowMs, bootMs }: Clock): boolean {
  if (!lastTurn) return false
  const loopMs = nowMs - lastTurn.nowMs
  const bootLoopMs = bootMs - lastTurn.bootMs
  return loopMs >= timing.isolateAfterMs || Math.abs(bootLoopMs - loopMs) > SUSPEND_MS
}

/** After a stall nothing that was known speaks of now: everybody is asked again before anything is concluded. */
export function withClock(state: CoreState, clock: Clock, stalled: boolean): CoreState {
  const next = { ...state, lastTurn: clock }
  if (!stalled) return next
  const hosts = Object.entries(state.hosts).map(([host, known]) => [
    host,
    { ...known, misses: 0, suspectSinceMs: null, lostAtMs: null },
  ])
  return { ...next, freshSinceMs: clock.nowMs, tried: new Set(), hosts: Object.fromEntries(hosts) }
}

/** D10 ends once enough others have told what they know. */
export function withMemory(state: CoreState, settings: CoreSettings): CoreState {
  return state.amnesia && hasLearned({ state, settings }) ? { ...state, amnesia: null } : state
}
