import { BOUNDS } from './bounds.js'
import { healingsOf, type Recovery, readinessOf } from './recoveries.js'
import type { Rule, Violation } from './types.js'

/** A process that was started again is ready within the bound. */
export const ready: Rule = (history) => late(readinessOf(history), BOUNDS.readyMs)

/** With the faults over and everybody back, every node cements something new within the bound. */
export const healing: Rule = (history) => late(healingsOf(history), BOUNDS.healingWindows * history.windowMs)

function late(recoveries: readonly Recovery[], boundMs: number): Violation[] {
  return recoveries.flatMap(({ what, kinds, label, ms, waitedMs }): Violation[] => {
    if (ms !== undefined && ms <= boundMs) return []
    // It was ended again before the bound.
    if (ms === undefined && waitedMs <= boundMs && what === 'ready') return []
    const took = ms === undefined ? `not within ${seconds(waitedMs)}` : `after ${seconds(ms)}`
    const message = `${label} after ${kinds.join(' with ')}: ${took}, bound ${seconds(boundMs)}`
    return [{ rule: what, message }]
  })
}

function seconds(ms: number): string {
  return `${(ms / 1_000).toFixed(1)} s`
}
