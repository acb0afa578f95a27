import {
  figuresOf,
  gapTimesOf,
  type History,
  type Kind,
  type Label,
  majorityGapsOf,
  upgradeGapsOf,
} from '@montana/chaos'
import { describe, expect, it } from 'vitest'
import { fault, readAt, soundHistory } from './support/history.js'

const CUT = { startMs: 25_000, endMs: 34_000 } as const
const OTHERS: readonly Label[] = ['ada', 'bob', 'cyd', 'dan']

/** The sound history, in whose last part nothing but these faults was done. */
function historyOf(...faults: readonly (readonly [Kind, readonly Label[]])[]): History {
  const executed = faults.map(([kind, targets]) => ({
    fault: fault(kind, targets),
    step: 0,
    ...CUT,
    failure: undefined,
  }))
  return { ...soundHistory(), faults: executed }
}

/** Nothing new at these between the two times; afterwards what the others have. */
function still(history: History, labels: readonly Label[], fromMs: number, toMs: number): History {
  const window = Math.floor(fromMs / history.windowMs)
  const isStill = ({ label, startMs }: History['reads'][number]) =>
    labels.includes(label) && startMs >= fromMs && startMs < toMs
  const reads = history.reads.map((read) => (isStill(read) ? readAt(read.label, read.startMs, window) : read))
  return { ...history, reads }
}

const windowsOf = (history: History) => majorityGapsOf(history).map(({ windows }) => Number(windows.toFixed(2)))

describe('majorityGapsOf', () => {
  it('is nothing where the windows came as ever, whatever the one sees that is cut off', () => {
    const history = historyOf(['isolated', ['eve']])
    expect(windowsOf(history)).toEqual([0])
    expect(windowsOf(still(history, ['eve'], 24_500, 36_000))).toEqual([0])
  })

  it.each(['isolated', 'one-way'] as const)('counts what the four of %s miss, in windows', (kind) => {
    expect(windowsOf(still(historyOf([kind, ['eve']]), OTHERS, 24_500, 32_000))).toEqual([1])
    expect(windowsOf(still(historyOf([kind, ['eve']]), OTHERS, 24_500, 36_000))).toEqual([2])
  })

  it('goes on where the first of the side goes on, and with the windows of no other', () => {
    const history = historyOf(['isolated', ['eve']])
    expect(windowsOf(still(history, ['ada', 'bob', 'cyd'], 24_500, 36_000))).toEqual([0])
    const ahead = history.reads.map((read) =>
      read.label === 'eve' ? { ...readAt('eve', read.startMs), window: 99 } : read,
    )
    expect(windowsOf(still({ ...history, reads: ahead }, OTHERS, 24_500, 36_000))).toEqual([2])
  })

  it('counts a time whole that ends after the partition, or began before it, and none beside it', () => {
    const history = historyOf(['isolated', ['eve']])
    expect(windowsOf(still(history, OTHERS, 32_500, 39_900))).toEqual([1])
    expect(windowsOf(still(history, OTHERS, 20_500, 27_900))).toEqual([1])
    expect(windowsOf(still(history, OTHERS, 12_500, 23_900))).toEqual([0])
    expect(windowsOf(still(history, OTHERS, 36_500, 39_900))).toEqual([0])
  })

  it('counts to the end of the run where nothing came any more', () => {
    const history = historyOf(['one-way', ['eve']])
    expect(windowsOf(still(history, [...OTHERS, 'eve'], 32_500, history.endMs))).toEqual([(78 - 32) / 4 - 1])
  })

  it('counts none where no side has a quorum: of halves, and of a ring, in which each hears two others', () => {
    expect(majorityGapsOf(historyOf(['halves', ['ada', 'bob']]))).toEqual([])
    expect(majorityGapsOf(historyOf(['ring', ['ada', 'bob', 'cyd', 'dan', 'eve']]))).toEqual([])
  })

  it('counts none of a partition that was not done, and of one with a fault at the side that goes on', () => {
    expect(majorityGapsOf(historyOf(['isolated', ['eve']], ['freeze', ['ada']]))).toEqual([])
    expect(majorityGapsOf(historyOf(['isolated', ['eve']], ['freeze', ['eve']]))).toHaveLength(1)
    const history = historyOf(['isolated', ['eve']])
    const failed = history.faults.map((one) => ({ ...one, failure: 'nft failed' }))
    expect(majorityGapsOf({ ...history, faults: failed })).toEqual([])
  })
})

describe('upgradeGapsOf', () => {
  /** cyd and then dan: each is down for a second, and ready with its next read. */
  function upgraded(): History {
    const history = historyOf(['upgrade', ['cyd', 'dan']])
    const restart = (label: Label, atMs: number) => [
      { atMs: atMs - 1_000, label, type: 'stopped' as const, code: 0 },
      { atMs, label, type: 'spawn' as const, code: null },
    ]
    const events = [...restart('cyd', 27_000), ...restart('dan', 31_000)]
    return { ...history, events: [...history.events, ...events] }
  }
  const steps = (history: History) => upgradeGapsOf(history).map(({ windows }) => Number(windows.toFixed(2)))

  it('has one of each node that was started, and none of starts before', () => {
    expect(steps(upgraded())).toEqual([0, 0])
  })

  it('counts what the four others miss', () => {
    const all: readonly Label[] = ['ada', 'bob', 'cyd', 'dan', 'eve']
    const others = all.filter((label) => label !== 'dan')
    // Windows 7 at 28 s and 8 at 32 s do not come before 36 s: that reaches into both steps.
    expect(steps(still(upgraded(), all, 24_500, 36_000))).toEqual([2, 2])
    expect(steps(still(upgraded(), all, 28_500, 36_000))).toEqual([0, 1])
    expect(steps(still(upgraded(), others, 28_500, 36_000))).toEqual([0, 1])
    expect(steps(still(upgraded(), ['dan'], 28_500, 36_000))).toEqual([0, 0])
  })
})

describe('figuresOf', () => {
  const told = (history: History) => figuresOf(history, gapTimesOf(history))

  it('tells the largest gap, and what the run did less of than the goals ask', () => {
    const history = still(historyOf(['isolated', ['eve']]), OTHERS, 24_500, 32_000)
    expect(told({ ...history, healings: [] })).toEqual([
      { goal: 'r11-gap', value: 1, unit: 'windows', short: '1 partitions of 100, of 3 s each' },
    ])
  })

  it('tells the healing after partitions, and nothing of what was not done', () => {
    const history = { ...soundHistory(), healings: soundHistory().healings.slice(1) }
    expect(told(history)).toEqual([{ goal: 'r11-heal', value: 1.009, unit: 's', short: expect.any(String) }])
  })

  it('leaves nothing short where all of the goal was done', () => {
    const one = { fault: { ...fault('isolated', ['eve']), durationMs: 60_000 }, step: 0, ...CUT, failure: undefined }
    const faults = Array.from({ length: 100 }, (_, step) => ({ ...one, step }))
    const [gap] = told({ ...soundHistory(), faults, healings: [] })
    expect(gap).toEqual({ goal: 'r11-gap', value: 0, unit: 'windows' })
  })
})
