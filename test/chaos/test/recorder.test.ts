import { LABELS, Recorder } from '@montana/chaos'
import { describe, expect, it } from 'vitest'
import { readAt } from './support/history.js'

const HEALED_MS = 10_000

describe('Recorder', () => {
  it('counts a window as new only above what was read before, whenever it hears of that', () => {
    const recorder = new Recorder()
    const hear = (startMs: number, window: number) => {
      for (const label of LABELS) recorder.hear(label, { type: 'read', read: readAt(label, startMs, window) })
    }
    const isHealed = () => recorder.areAllBeyond(recorder.headAt(HEALED_MS), HEALED_MS)
    hear(9_000, 50)
    expect(recorder.headAt(HEALED_MS)).toBe(50)
    hear(9_900, 51)
    hear(10_100, 51)
    expect([recorder.headAt(HEALED_MS), isHealed()]).toEqual([51, false])
    hear(14_000, 52)
    expect([recorder.headAt(HEALED_MS), isHealed()]).toEqual([51, true])
  })
})
