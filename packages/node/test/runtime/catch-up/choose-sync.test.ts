import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { chooseSync, type SyncSituation } from '../../../src/runtime/catch-up/choose-sync.js'

const measured = (perSecond: number) => ({ perSecond, isMeasured: true })
const known = (perSecond: number) => ({ perSecond, isMeasured: false })

function choice(over: Partial<SyncSituation>) {
  return chooseSync({
    setting: 'auto',
    head: 0,
    gapWindows: 10_000,
    oldestServed: 1,
    snapshotWindow: 9_984,
    snapshotAccounts: 100_000,
    replayRate: known(50),
    chunkRate: known(5_000),
    snapshotGap: undefined,
    ...over,
  })
}

const modeOf = (over: Partial<SyncSituation>) => choice(over).mode

describe('the choice between range and snapshot', () => {
  it('goes by 4096 windows where nothing was measured, and by the word of the operator', () => {
    expect(modeOf({ gapWindows: 4_096, snapshotWindow: 3_840 })).toBe('range')
    expect(modeOf({ gapWindows: 4_097, snapshotWindow: 3_840 })).toBe('snapshot')
    expect(modeOf({ gapWindows: 4_097, snapshotWindow: 3_840, snapshotGap: 5_000 })).toBe('range')
    expect(modeOf({ gapWindows: 300, snapshotWindow: 256, snapshotGap: 100 })).toBe('snapshot')
  })

  it('goes by what was measured: many windows and few accounts make a snapshot, few windows and many accounts a range', () => {
    const rates = { replayRate: measured(50), chunkRate: measured(5_000) }
    // 200 s against 5 + 20 + 0.3 s.
    expect(choice(rates)).toMatchObject({
      mode: 'snapshot',
      rangeSeconds: 200,
      reason: '200 s by range, 25 s by snapshot',
    })
    expect(modeOf({ ...rates, snapshotAccounts: 1_000_000 })).toBe('range')
    expect(modeOf({ ...rates, gapWindows: 1_000, snapshotWindow: 768 })).toBe('range')
    expect(modeOf({ ...rates, snapshotGap: 100_000 })).toBe('range')
    expect(modeOf({ replayRate: measured(50) }), 'half measured is not measured').toBe('snapshot')
  })

  it('takes what there is', () => {
    expect(modeOf({ snapshotWindow: undefined })).toBe('range')
    expect(modeOf({ oldestServed: 5_000, gapWindows: 100, head: 40, snapshotWindow: 128 })).toBe('snapshot')
    expect(choice({ oldestServed: undefined, snapshotWindow: undefined })).toEqual({
      mode: 'wait',
      reason: 'no peer has what is missing',
      rangeSeconds: undefined,
      snapshotSeconds: undefined,
    })
    expect(modeOf({ head: 9_984, gapWindows: 500, oldestServed: 1 }), 'a snapshot below the head').toBe('range')
  })

  it('does what it is told', () => {
    expect(modeOf({ setting: 'range' })).toBe('range')
    expect(modeOf({ setting: 'range', oldestServed: 2 })).toBe('wait')
    expect(modeOf({ setting: 'snapshot', gapWindows: 20, snapshotWindow: 16 })).toBe('snapshot')
    expect(modeOf({ setting: 'snapshot', snapshotWindow: undefined })).toBe('wait')
    expect(modeOf({ setting: 'snapshot', head: 16, gapWindows: 9, snapshotWindow: 24 }), 'a few windows').toBe('range')
    expect(modeOf({ setting: 'snapshot', head: 16, gapWindows: 90, snapshotWindow: 16 }), 'after it').toBe('range')
  })

  it('never chooses what is not to be had, and the faster one replays, the more it is a range', () => {
    const situation = fc.record<SyncSituation>({
      setting: fc.constantFrom('auto', 'range', 'snapshot'),
      head: fc.nat(5_000),
      gapWindows: fc.integer({ min: 1, max: 1_000_000 }),
      oldestServed: fc.option(fc.integer({ min: 1, max: 5_000 }), { nil: undefined }),
      snapshotWindow: fc.option(fc.integer({ min: 1, max: 1_000_000 }), { nil: undefined }),
      snapshotAccounts: fc.nat(10_000_000),
      replayRate: fc.integer({ min: 1, max: 1_000 }).map(measured),
      chunkRate: fc.integer({ min: 1, max: 100_000 }).map(measured),
      snapshotGap: fc.option(fc.nat(100_000), { nil: undefined }),
    })
    fc.assert(
      fc.property(situation, (one) => {
        const { mode, rangeSeconds, snapshotSeconds } = chooseSync(one)
        if (mode === 'range') expect(rangeSeconds).toBeDefined()
        if (mode === 'snapshot') expect(snapshotSeconds).toBeGreaterThan(0)
        const quicker = chooseSync({ ...one, replayRate: measured(one.replayRate.perSecond * 10) })
        if (mode === 'range') expect(quicker.mode).toBe('range')
      }),
      { numRuns: 500 },
    )
  })
})
