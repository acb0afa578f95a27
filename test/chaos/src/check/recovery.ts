import { BOUNDS } from './bounds.js'
import { healingsOf } from './healings.js'
import { type Recovery, readinessOf } from './recoveries.js'
import type { Rule, Violation } from './types.js'

/** A process that was started again is ready within the bound. */
export const ready: Rule = (history) => late(readinessOf(history), BOUNDS.readyMs)

/** With the faults over, every node cements something new within the bound. */
export const healing: Rule = (history) => late(healingsOf(history), BOUNDS.healingWindows * history.windowMs)

function late(recoveries: readonly Recovery[], boundMs: number): Violation[] {
  return recoveries
    .filter(({ isLate }) => isLate)
    .map(({ what, kinds, label, ms, waitedMs }) => {
      const took = ms === undefined ? `not within ${seconds(waitedMs)}` : `after ${seconds(ms)}`
      return { rule: what, message: `${label} after ${kinds.join(' with ')}: ${took}, bound ${seconds(boundMs)}` }
    })
}

function seconds(ms: number): string {
  return `${(ms / 1_000).toFixed(1)} s`
}
