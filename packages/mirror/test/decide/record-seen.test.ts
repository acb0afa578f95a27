import { describe, expect, it } from 'vitest'
import { type RecordSeen, recordSeenAt } from '../../src/decide/record-seen.js'
import { DEFAULTS, MIN } from './support/gap-replay.js'

const DAY = 24 * 60 * MIN
const START = 40 * DAY

function ageAfter(...looksMs: readonly number[]): number {
  let seen: RecordSeen | null = null
  for (const atMs of looksMs) seen = recordSeenAt(seen, 'c1', START + atMs, DEFAULTS)
  return START + (looksMs.at(-1) ?? 0) - (seen?.firstSeenMs ?? 0)
}

describe('for how long a record was seen unchanged', () => {
  it('is the time between looks that come as they should', () => {
    expect(ageAfter(0, 30 * MIN, 70 * MIN)).toBe(70 * MIN)
  })

  it('grows by two intervals at most with one look, however far the own clock was set forward', () => {
    expect(ageAfter(0, DAY)).toBe(2 * DEFAULTS.intervalMs)
    expect(ageAfter(0, DAY, DAY + MIN)).toBe(2 * DEFAULTS.intervalMs + MIN)
  })

  it('stays as it was when the own clock goes back', () => {
    expect(ageAfter(0, 20 * MIN, 20 * MIN - DAY, 25 * MIN - DAY)).toBe(25 * MIN)
  })

  it('begins anew with another record', () => {
    const seen = recordSeenAt(null, 'c1', START, DEFAULTS)
    expect(recordSeenAt(seen, 'c2', START + MIN, DEFAULTS)).toMatchObject({ commit: 'c2', firstSeenMs: START + MIN })
  })
})
