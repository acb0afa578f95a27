import { describe, expect, it } from 'vitest'
import { countVerdict, earliestPromotionMs, isThresholdReached, NO_COUNT } from '../../src/decide/threshold.js'
import {
  budgetProblem,
  earliestSilenceMs,
  gapWarning,
  longestActionMs,
  spanProblem,
} from '../../src/decide/time-budget.js'
import type { Verdict } from '../../src/decide/verdict.js'

const MIN = 60_000
const SETTINGS = { intervalMs: 30 * MIN, threshold: 3 }
const DEFAULTS = { ...SETTINGS, permitMs: 30 * MIN, skewMs: 10 * MIN, stalenessMs: 180 * MIN }

/** Minutes and verdicts to the last count. */
function counted(...steps: [number, Verdict][]) {
  return steps.reduce((count, [minute, verdict]) => countVerdict(count, verdict, minute * MIN, SETTINGS), NO_COUNT)
}

describe('counting unhealthy observations (10.2)', () => {
  it('counts those at least half an interval apart', () => {
    expect(counted([0, 'unhealthy'], [14, 'unhealthy'], [15, 'unhealthy']).count).toBe(2)
  })

  it('does not let many manual runs add up', () => {
    const runs = Array.from({ length: 15 }, (_, minute): [number, Verdict] => [minute, 'unhealthy'])
    expect(counted(...runs).count).toBe(1)
  })

  it('keeps the count over unknown and loses it over healthy', () => {
    expect(counted([0, 'unhealthy'], [30, 'unknown'], [60, 'unhealthy']).count).toBe(2)
    expect(counted([0, 'unhealthy'], [30, 'healthy'])).toEqual(NO_COUNT)
  })

  it('needs the count and the time', () => {
    const reached = (minute: number, ...steps: [number, Verdict][]) =>
      isThresholdReached(counted(...steps), minute * MIN, SETTINGS)
    expect(reached(60, [0, 'unhealthy'], [30, 'unhealthy'], [60, 'unhealthy'])).toBe(true)
    expect(reached(40, [0, 'unhealthy'], [20, 'unhealthy'], [40, 'unhealthy'])).toBe(false)
    expect(reached(90, [0, 'unhealthy'], [90, 'unhealthy'])).toBe(false)
    expect(reached(90)).toBe(false)
  })

  it('tells when it would be reached', () => {
    expect(earliestPromotionMs(counted([5, 'unhealthy']), SETTINGS)).toBe(65 * MIN)
    expect(earliestPromotionMs(NO_COUNT, SETTINGS)).toBeNull()
  })
})

describe('the time budget (9.3)', () => {
  it('refuses a permit that may outlive the patience of a sentinel', () => {
    expect(budgetProblem(DEFAULTS)).toBeNull()
    expect(budgetProblem({ ...DEFAULTS, stalenessMs: 41 * MIN })).toBeNull()
    expect(budgetProblem({ ...DEFAULTS, stalenessMs: 40 * MIN })).toContain('40 min')
  })

  it('refuses observations between which no permit ends', () => {
    expect(spanProblem(DEFAULTS)).toBeNull()
    expect(spanProblem({ ...DEFAULTS, intervalMs: 20 * MIN })).toBeNull()
    expect(spanProblem({ ...DEFAULTS, intervalMs: 19 * MIN })).toContain('span 38 min')
    expect(spanProblem({ ...DEFAULTS, threshold: 1 })).toContain('40 min')
  })

  it('leaves an action less time than the permit', () => {
    expect(longestActionMs(30 * MIN)).toBe(25 * MIN)
    expect(longestActionMs(MIN)).toBe(0)
  })

  it('warns when ordinary gaps look like death, with the value that is enough', () => {
    expect(earliestSilenceMs(DEFAULTS)).toBe(240 * MIN)
    expect(gapWarning(DEFAULTS, 213 * MIN)).toBeNull()
    const warning = gapWarning({ ...DEFAULTS, stalenessMs: 120 * MIN }, 213 * MIN)
    expect(warning?.neededStalenessMs).toBe(175 * MIN)
    expect(warning?.message).toContain('MIRROR_STALENESS_MINUTES to 175')
    expect(gapWarning({ ...DEFAULTS, stalenessMs: 175 * MIN }, 213 * MIN)).toBeNull()
  })
})
