import { describe, expect, it } from 'vitest'
import { NO_RETURN, observeReturn } from '../../src/decide/return-watch.js'

const MIN = 60_000
const SETTINGS = { recoveryObservations: 3, stalenessMs: 180 * MIN }

/** Minutes and nonces; the decisions. */
function watch(...steps: [number, string | null][]) {
  let memory = NO_RETURN
  return steps.map(([minute, nonce]) => {
    const notice = nonce === null ? null : { head: 'h', at: '2026-02-07T05:00:00Z', nonce }
    const result = observeReturn(memory, notice, minute * MIN, SETTINGS)
    memory = result.memory
    return result.decision
  })
}

describe('the return of the primary (11.3)', () => {
  it('is believed after three notices over an hour', () => {
    expect(watch([0, 'a'], [30, 'b'], [60, 'c']).at(-1)).toBe('handback-ready')
    expect(watch([0, 'a'], [20, 'b'], [40, 'c'], [59, 'd'], [60, 'e'])).toEqual([
      ...Array(4).fill('wait'),
      'handback-ready',
    ])
  })

  it('counts only notices that advanced', () => {
    expect(watch([0, 'a'], [30, 'a'], [60, 'a'], [90, 'a'])).not.toContain('handback-ready')
    expect(watch([0, 'a'], [60, 'b'], [90, null], [120, 'b'], [150, 'c']).at(-1)).toBe('handback-ready')
  })

  it('starts over after a gap of T and when the own clock went back', () => {
    expect(watch([0, 'a'], [60, 'b'], [240, 'c'], [270, 'd'])).not.toContain('handback-ready')
    expect(watch([100, 'a'], [130, 'b'], [10, 'c'], [70, 'd'])).not.toContain('handback-ready')
  })
})
