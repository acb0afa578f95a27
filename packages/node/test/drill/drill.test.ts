import { ConfigError, systemTime } from '@montana/foundation'
import { describe, expect, it } from 'vitest'
import { buildInfo, runningBuild } from '../../src/build-info.js'
import { parseDrillMessage } from '../../src/drill/message.js'
import { ShiftedTime } from '../../src/drill/shifted-time.js'

describe('drills of one node', () => {
  it('set its wall clock wrong and leave the monotonic one alone', () => {
    const base = { wallMs: () => 1_000_000, monotonicMs: () => 5 }
    const time = new ShiftedTime(base)
    time.offsetMs = -30_000
    expect([time.wallMs(), time.monotonicMs()]).toEqual([970_000, 5])
    expect(Math.abs(new ShiftedTime(systemTime).wallMs() - Date.now())).toBeLessThan(1_000)
  })

  it('make it say that it is another build', () => {
    expect(runningBuild({})).toEqual({ ...buildInfo(), bundle_sha256: null })
    const old = runningBuild({ MONTANA_DRILL_BUILD: '0.0.1' })
    expect(old).toEqual(runningBuild({ MONTANA_DRILL_BUILD: '0.0.1' }))
    expect(old.version).toBe('0.0.1')
    expect(old.revision).toMatch(/^[0-9a-f]{40}$/)
    expect(old.bundle_sha256).toMatch(/^[0-9a-f]{64}$/)
    expect(old.revision).not.toBe(buildInfo().revision)
    expect(() => runningBuild({ MONTANA_DRILL_BUILD: 'old' })).toThrow(ConfigError)
  })

  it('come as messages of a known form, and nothing else is one', () => {
    const message = { type: 'drill', cut: ['Qm1'], clockOffsetMs: -500 }
    expect(parseDrillMessage(message)).toEqual(message)
    const wrong = [
      undefined,
      'drill',
      { ...message, type: 'other' },
      { ...message, cut: [5] },
      { ...message, cut: Array.from({ length: 2_000 }, () => 'Qm1') },
      { ...message, clockOffsetMs: 1e12 },
      { ...message, clockOffsetMs: 0.5 },
      { ...message, more: 1 },
    ]
    for (const one of wrong) expect(parseDrillMessage(one)).toBeUndefined()
  })
})
