import { describe, expect, it } from 'vitest'
import { ClockWatch } from '../../src/runtime/clock-watch.js'

/** One that has been at the same window for a minute. */
const clock = () => ({ isAtRest: false, advances: 0, ageMs: 60_000 })

describe('whether the clock thread goes on', () => {
  it('by what it did since it was asked last', () => {
    const seen = clock()
    const watch = new ClockWatch(seen)
    expect(watch.isGoingOn()).toBe(false)
    seen.advances = 7
    expect(watch.isGoingOn()).toBe(true)
    expect(watch.isGoingOn()).toBe(false)
  })

  it('one that is stopped on purpose, or has only begun, is not suspicious', () => {
    expect(new ClockWatch({ ...clock(), isAtRest: true }).isGoingOn()).toBe(true)
    expect(new ClockWatch({ ...clock(), ageMs: 1_000 }).isGoingOn()).toBe(true)
  })
})
