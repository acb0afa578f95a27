import { type History, judge, LABELS, type Label, type RuleName, type TimedRead } from '@montana/chaos'
import { describe, expect, it } from 'vitest'
import { fault, HEAD, KILL, readAt, soundHistory } from './support/history.js'

const PLANNED = ['kill'] as const

function rulesBroken(history: History): RuleName[] {
  return [...new Set(judge(history, PLANNED).violations.map(({ rule }) => rule))]
}

describe('healing of a mesh in which somebody was killed', () => {
  /** Killed until 23 s and ready at `readyMs`; nobody cements anything from 20 s to `againMs`. */
  function stillHistory(killed: readonly Label[], readyMs: number, againMs: number): History {
    const history = soundHistory()
    const isDown = ({ label, startMs }: TimedRead) =>
      killed.includes(label) && startMs >= KILL.atMs && startMs < readyMs
    const again = (read: TimedRead) =>
      read.startMs < KILL.atMs ? read : readAt(read.label, read.startMs, read.startMs < againMs ? 5 : HEAD)
    const first = LABELS.map((label) => ({ atMs: 0, label, type: 'spawn' as const, code: null }))
    const events = killed.flatMap((label) => [
      { atMs: KILL.atMs, label, type: 'killed' as const, code: null },
      { atMs: KILL.spawnMs, label, type: 'spawn' as const, code: null },
    ])
    return {
      ...history,
      reads: history.reads.filter((read) => !isDown(read)).map(again),
      events: [...first, ...events],
      reach: [],
      faults: [{ ...history.faults[0], fault: fault('kill', killed) } as History['faults'][number]],
      healings: [{ step: 0, atMs: KILL.endMs, untilMs: 60_000 }],
    }
  }
  const late = (history: History) => judge(history, PLANNED).violations.map(({ message }) => message.slice(0, 3))

  it('counts from the end of the fault for four that have a quorum, and for the fifth from when it was ready', () => {
    const history = stillHistory(['ada'], 32_300, 44_000)
    expect(rulesBroken(history)).toEqual(['healing'])
    expect(late(history)).toEqual(['bob', 'cyd', 'dan', 'eve'])
    expect(rulesBroken(stillHistory(['ada'], 32_300, 34_500))).toEqual([])
  })

  it('counts from when enough are ready where the quorum needs one that was killed', () => {
    expect(rulesBroken(stillHistory(['ada', 'bob'], 32_300, 44_000))).toEqual([])
    expect(rulesBroken(stillHistory(['ada', 'bob'], 32_300, 45_500))).toEqual(['healing'])
  })

  it('counts from the bound of readiness at the latest', () => {
    const history = stillHistory(['ada', 'bob'], 40_000, 46_000)
    expect(rulesBroken(history)).toEqual(['ready', 'healing'])
    expect(late(history).slice(2)).toEqual(['cyd', 'dan', 'eve'])
  })

  it('waits for a crash after the healing for nobody but the one that crashed', () => {
    const history = stillHistory([], 0, 44_000)
    const died = { atMs: 34_000, label: 'eve', type: 'died', code: 1 } as const
    const events = [...history.events, died, { ...died, atMs: 35_000, type: 'spawn', code: null } as const]
    expect(late({ ...history, events })).toEqual(['ada', 'bob', 'cyd', 'dan', 'eve'])
    const violations = judge({ ...history, events }, PLANNED).violations
    expect(violations.map(({ rule }) => rule)).toEqual([...Array(4).fill('healing'), 'exit'])
  })
})
