import { BOUNDS, type History, judge, type LABELS, type RuleName, type TimedRead } from '@montana/chaos'
import { describe, expect, it } from 'vitest'
import { cutsBetween, fault, HEAD, hashOf, KILL, readAt, SPLIT, soundHistory } from './support/history.js'

const PLANNED = ['kill', 'halves'] as const

function rulesBroken(history: History): RuleName[] {
  return [...new Set(judge(history, PLANNED).violations.map(({ rule }) => rule))]
}

/** The sound history with its reads changed. */
function withReads(change: (read: TimedRead) => TimedRead | undefined): History {
  const history = soundHistory()
  return { ...history, reads: history.reads.flatMap((read) => change(read) ?? []) }
}

describe('a sound history', () => {
  it('passes', () => {
    expect(judge(soundHistory(), PLANNED)).toEqual({ verdict: 'PASS', violations: [], tooLittle: [] })
  })
})

describe('agreement', () => {
  it('finds another hash in what a node says', () => {
    const history = withReads((read) =>
      read.label === 'dan' && read.window === 7 ? { ...read, hash: hashOf(7, 'f') } : read,
    )
    expect(rulesBroken(history)).toEqual(['agreement', 'durability'])
  })

  it('finds another hash in what a node says of an earlier window', () => {
    const lie = { window: 3, hash: hashOf(3, 'f'), root: 'b3' }
    const history = withReads((read) =>
      read.label === 'eve' && read.window === HEAD ? { ...read, recent: [lie] } : read,
    )
    expect(rulesBroken(history)).toContain('agreement')
  })

  it('finds another root in a store', () => {
    const history = soundHistory()
    const stored = history.stored.map((row) => (row.label === 'bob' && row.window === 9 ? { ...row, root: 'f' } : row))
    expect(rulesBroken({ ...history, stored })).toEqual(['agreement'])
  })
})

describe('durability', () => {
  it('finds a reported window that its store has lost', () => {
    const history = soundHistory()
    const stored = history.stored.filter(({ label, window }) => label !== 'cyd' || window < HEAD)
    expect(rulesBroken({ ...history, stored })).toEqual(['durability'])
  })
})

describe('evidence', () => {
  it('finds three of five', () => {
    const history = soundHistory()
    const stored = history.stored.map((row) => (row.window === 5 ? { ...row, weight: 3 } : row))
    expect(rulesBroken({ ...history, stored })).toEqual(['evidence'])
  })

  it('counts 67 percent and not two thirds', () => {
    const history = soundHistory()
    const weigh = (weight: number) => history.stored.map((row) => ({ ...row, weight, active: 300 }))
    expect(rulesBroken({ ...history, stored: weigh(200) })).toEqual(['evidence'])
    expect(rulesBroken({ ...history, stored: weigh(201) })).toEqual([])
  })

  it('finds a window without a certificate, and what the proof of a store says', () => {
    const history = soundHistory()
    const stored = history.stored.map((row) => (row.window === 5 ? { ...row, weight: undefined } : row))
    expect(rulesBroken({ ...history, stored })).toEqual(['evidence'])
    expect(rulesBroken({ ...history, storeFaults: ['bob/3: STORE_CORRUPT'] })).toEqual(['evidence'])
  })
})

describe('order', () => {
  it('finds a node that goes back after its restart', () => {
    const history = withReads((read) =>
      read.label === KILL.label && read.startMs === KILL.readyMs ? readAt(KILL.label, KILL.readyMs, 3) : read,
    )
    expect(rulesBroken(history)).toEqual(['order'])
  })

  it('allows two reads at one time to answer in either order', () => {
    const history = soundHistory()
    const slow = { ...readAt('dan', 8_100), startMs: 7_900, endMs: 8_700 }
    const quick = { ...readAt('dan', 7_000), startMs: 8_000, endMs: 8_200 }
    const reads = history.reads.filter(({ label, startMs }) => label !== 'dan' || startMs < 7_000 || startMs > 9_000)
    expect(rulesBroken({ ...history, reads: [...reads, slow, quick] })).toEqual([])
  })
})

describe('quorum', () => {
  const during = ({ startMs }: TimedRead) => startMs > SPLIT.atMs + 2_000 && startMs < SPLIT.endMs
  const ahead = (read: TimedRead, by: number) => readAt(read.label, read.startMs, read.window + by)

  it('finds a half that goes on', () => {
    const history = withReads((read) => (read.label === 'ada' && during(read) ? ahead(read, 2) : read))
    expect(rulesBroken(history)).toContain('quorum')
  })

  it('finds one window after each change of a time in which nobody has a quorum', () => {
    const history = soundHistory()
    const [split] = history.reach.slice(2)
    if (!split) throw new Error('no split')
    const away = (atMs: number) => ({ ...split, atMs, away: ['eve' as const] })
    const reach = [...history.reach.slice(0, 3), away(44_000), { ...split, atMs: 47_000 }, ...history.reach.slice(3)]
    const steps = (atMs: number) => [41_500, 44_500, 47_500].filter((stepMs) => atMs > stepMs).length
    const reads = history.reads.map((read) => (read.startMs < 52_000 ? ahead(read, steps(read.startMs)) : read))
    expect(rulesBroken({ ...history, reach, reads })).toContain('quorum')
  })

  it('allows the window that was on its way', () => {
    const nextMs = SPLIT.endMs + 1_000
    const isBefore = ({ startMs }: TimedRead) => startMs > SPLIT.atMs + 2_000 && startMs < nextMs
    const history = withReads((read) => (isBefore(read) ? ahead(read, 1) : read))
    expect(rulesBroken(history)).toEqual([])
  })

  it('finds the one that is cut off from a majority that goes on', () => {
    const history = soundHistory()
    const cuts = cutsBetween(['eve'], ['ada', 'bob', 'cyd', 'dan'])
    const alone = [
      { atMs: 24_500, away: [], cuts },
      { atMs: 40_000, away: [], cuts: [] },
    ]
    const isAlone = ({ label, startMs }: TimedRead) => label === 'eve' && startMs > 24_500 && startMs < 40_000
    const reach = [...history.reach.slice(0, 2), ...alone, ...history.reach.slice(2)]
    expect(rulesBroken({ ...history, reach })).toEqual(['quorum'])
    const reads = history.reads.map((read) => (isAlone(read) ? readAt('eve', read.startMs, 6) : read))
    const healings = history.healings.slice(1)
    expect(rulesBroken({ ...history, reach, reads, healings })).toEqual([])
  })

  it('finds three that go on while two are away', () => {
    const history = soundHistory()
    const reach = [
      { atMs: 28_500, away: ['ada' as const, 'bob' as const], cuts: [] },
      { atMs: 39_000, away: [], cuts: [] },
    ]
    const isDown = ({ label, startMs }: TimedRead) => reach[0]?.away.some((away) => away === label) && startMs > 28_500
    const reads = history.reads.filter((read) => !isDown(read) || read.startMs > 39_400)
    expect(rulesBroken({ ...history, reach, reads })).toEqual(['quorum'])
  })
})

/** The killed one is ready again only then. */
function readyAgainAt(readyMs: number): History {
  return withReads((read) =>
    read.label === KILL.label && read.startMs > KILL.atMs && read.startMs < readyMs
      ? { ...read, isReady: false }
      : read,
  )
}

describe('recovery', () => {
  it('finds a process that is ready too late', () => {
    const readyMs = KILL.endMs + BOUNDS.readyMs + 500
    const history = readyAgainAt(readyMs)
    expect(rulesBroken(history)).toEqual(['ready'])
  })

  const cutAt = (label: (typeof LABELS)[number], startMs: number, endMs: number) => {
    const history = readyAgainAt(KILL.endMs + BOUNDS.readyMs + 500)
    const cut = { fault: fault('isolated', [label]), step: 0, startMs, endMs, failure: undefined }
    return rulesBroken({ ...history, faults: [...history.faults, cut] })
  }

  it('counts from the end of a fault that began while it started, and of none that began later', () => {
    const readyMs = KILL.endMs + BOUNDS.readyMs + 500
    expect(cutAt(KILL.label, KILL.endMs + 400, KILL.endMs + 9_000)).toEqual([])
    expect(cutAt(KILL.label, readyMs + 10, readyMs + 5_000)).toContain('ready')
    expect(cutAt(KILL.label, KILL.endMs - 900, KILL.endMs + 400)).toContain('ready')
  })

  it('counts from no fault at another one', () => {
    expect(cutAt('dan', KILL.endMs + 400, KILL.endMs + 9_000)).toEqual(['ready'])
  })

  it('finds a process that is never ready', () => {
    const history = withReads((read) =>
      read.label === KILL.label && read.startMs > KILL.atMs ? { ...read, isReady: false } : read,
    )
    expect(rulesBroken(history)).toContain('ready')
  })

  it('finds one node that cements nothing within three windows of the healing', () => {
    const untilMs = SPLIT.endMs + BOUNDS.healingWindows * 4_000 + 500
    const history = withReads((read) =>
      read.label === 'cyd' && read.startMs > SPLIT.endMs && read.startMs < untilMs
        ? readAt('cyd', read.startMs, 10)
        : read,
    )
    expect(rulesBroken(history)).toEqual(['healing'])
  })
})

describe('convergence', () => {
  it('finds a node that ended behind the others', () => {
    const history = withReads((read) => (read.label === 'eve' && read.window > HEAD - 2 ? undefined : read))
    const stored = history.stored.filter(({ label, window }) => label !== 'eve' || window <= HEAD - 2)
    expect(rulesBroken({ ...history, stored })).toEqual(['convergence'])
  })

  it('finds a gap', () => {
    const history = withReads((read) => (read.label === 'eve' && read.window === 6 ? undefined : read))
    const stored = history.stored.filter(({ label, window }) => label !== 'eve' || window !== 6)
    expect(rulesBroken({ ...history, stored })).toEqual(['convergence'])
  })
})

describe('processes', () => {
  const died = { atMs: 30_000, label: 'bob', type: 'died', code: 1 } as const
  const back = { atMs: 31_000, label: 'bob', type: 'spawn', code: null } as const

  it('finds one that ended by itself', () => {
    const history = soundHistory()
    expect(rulesBroken({ ...history, events: [...history.events, died, back] })).toEqual(['exit'])
  })

  it('excuses it with errors of its disk, and of its own only', () => {
    const history = soundHistory()
    const events = [...history.events, died, back]
    const eio = (label: (typeof LABELS)[number]) => {
      const faults = { fault: fault('eio', [label]), step: 0, startMs: 28_000, endMs: 30_500, failure: undefined }
      return rulesBroken({ ...history, events, faults: [...history.faults, faults] })
    }
    expect(eio('bob')).toEqual([])
    expect(eio('cyd')).toEqual(['exit'])
  })

  it('finds one that does not end in order when it is asked to', () => {
    const history = soundHistory()
    const stopped = (code: number | null) => {
      const event = { ...died, type: 'stopped', code } as const
      return rulesBroken({ ...history, events: [...history.events, event, back] })
    }
    expect([stopped(0), stopped(1), stopped(null)]).toEqual([[], ['exit'], ['exit']])
  })

  it('finds one that halted', () => {
    const history = withReads((read) =>
      read.label === 'dan' && read.window === HEAD ? { ...read, degraded: ['ForkDetected'] } : read,
    )
    expect(rulesBroken(history)).toEqual(['halt'])
  })
})

describe('a run that did too little', () => {
  it('is void where hardly a window was cemented', () => {
    const history = withReads((read) => readAt(read.label, read.startMs, Math.min(read.window, 4)))
    const stored = history.stored.filter(({ window }) => window <= 4)
    const { verdict, tooLittle } = judge({ ...history, stored, healings: [] }, PLANNED)
    expect({ verdict, tooLittle }).toEqual({
      verdict: 'VOID',
      tooLittle: ['4 windows cemented, at least 5 are wanted'],
    })
  })

  it('is void where faults could not be done', () => {
    const history = soundHistory()
    const faults = history.faults.map((one) => ({ ...one, failure: 'not felt' }))
    expect(judge({ ...history, faults }, PLANNED).tooLittle).toEqual([
      '0 faults done, at least 2 are wanted',
      'kill was planned and never done',
      'halves was planned and never done',
    ])
  })

  it('is void where one kind of fault was never done, whatever the others were', () => {
    const history = soundHistory()
    const clock = { ...history.faults[0], fault: fault('clock', ['bob']) } as History['faults'][number]
    const planned = [...PLANNED, 'clock', 'clock'] as const
    const judged = (failure: string | undefined) =>
      judge({ ...history, faults: [...history.faults, clock, { ...clock, failure }] }, planned)
    expect(judged('not felt').verdict).toBe('PASS')
    const faults = [...history.faults, { ...clock, failure: 'not felt' }]
    expect(judge({ ...history, faults }, [...PLANNED, 'clock'])).toMatchObject({
      verdict: 'VOID',
      tooLittle: ['clock was planned and never done'],
    })
  })

  it('is void where one node was hardly read', () => {
    const history = withReads((read) => (read.label === 'eve' && read.startMs % 10_000 > 500 ? undefined : read))
    const { verdict, tooLittle } = judge({ ...history, healings: [] }, PLANNED)
    expect(verdict).toBe('VOID')
    expect(tooLittle).toEqual([expect.stringMatching(/^\d+ reads of eve, at least 78 are wanted$/)])
  })
})
