import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { judge, type Reachability, type Signals } from '../../src/decide/verdict.js'

const MIN = 60_000
const T = 180 * MIN

function signals(part: Partial<Signals>): Signals {
  const quiet = { leaseAgeMs: T, ownHeartbeatAgeMs: T, primaryHeartbeatAgeMs: T }
  return { controlProblem: null, ...quiet, primary: null, autoPromote: true, ...part }
}

function verdictOf(part: Partial<Signals>) {
  return judge(signals(part), T).verdict
}

describe('observation to verdict: table 10.1', () => {
  it('knows nothing while its own side fails, however old the signals', () => {
    expect(verdictOf({ controlProblem: 'fence unreachable' })).toBe('unknown')
    expect(verdictOf({ controlProblem: 'fence unreachable', leaseAgeMs: 0 })).toBe('unknown')
  })

  it.each(['leaseAgeMs', 'ownHeartbeatAgeMs', 'primaryHeartbeatAgeMs'] as const)('is healthy by %s alone', (signal) => {
    expect(verdictOf({ [signal]: T - 1 })).toBe('healthy')
    expect(verdictOf({ [signal]: T })).toBe('unhealthy')
  })

  it('tells a stalled replication and an actor without permit', () => {
    const codes = (part: Partial<Signals>) => judge(signals(part), T).findings.map(({ code }) => code)
    expect(codes({ primaryHeartbeatAgeMs: 0 })).toEqual(['replication-stalled', 'acting-without-permit'])
    expect(codes({ leaseAgeMs: 0 })).toEqual(['replication-stalled'])
    expect(codes({ ownHeartbeatAgeMs: 0, autoPromote: false })).toEqual([])
  })

  it('never takes what was never seen for silence', () => {
    expect(verdictOf({ leaseAgeMs: null })).toBe('unknown')
    expect(verdictOf({ ownHeartbeatAgeMs: null, primaryHeartbeatAgeMs: null })).toBe('unknown')
  })

  it('is unhealthy by heartbeats alone where nobody renews', () => {
    expect(verdictOf({ autoPromote: false, leaseAgeMs: null })).toBe('unhealthy')
  })

  it('explains in words', () => {
    const text = (part: Partial<Signals>) => judge(signals(part), T).explanation
    expect(text({ ownHeartbeatAgeMs: 190 * MIN, primaryHeartbeatAgeMs: null, primary: 'reachable' })).toBe(
      'no tick for 3 h 10 min, no renewal for 3 h, its repository is reachable',
    )
    expect(text({ primary: 'gone' })).toContain('its repository is gone or hidden')
    expect(text({ leaseAgeMs: 5 * MIN })).toBe('last sign of life 5 min ago')
  })

  it('never lets reachability decide, and never is unhealthy with a young signal', () => {
    const age = fc.oneof(fc.constant(null), fc.nat(2 * T))
    const reach = fc.constantFrom<Reachability | null>(
      null,
      'reachable',
      'gone',
      'denied',
      'rate-limited',
      'unreachable',
    )
    fc.assert(
      fc.property(age, age, age, fc.boolean(), reach, reach, (lease, own, primary, autoPromote, one, other) => {
        const parts = { leaseAgeMs: lease, ownHeartbeatAgeMs: own, primaryHeartbeatAgeMs: primary, autoPromote }
        const verdict = verdictOf({ ...parts, primary: one })
        expect(verdictOf({ ...parts, primary: other })).toBe(verdict)
        const isYoung = [lease, own, primary].some((ms) => ms !== null && ms < T)
        expect(verdict === 'healthy').toBe(isYoung)
      }),
    )
  })
})
