import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type History, judge, makePlan, recoveriesOf, rowsOf, writeHistory } from '@montana/chaos'
import { describe, expect, it } from 'vitest'
import { fault, KILL, SPLIT, soundHistory } from './support/history.js'

const KINDS = ['kill', 'halves'] as const
/** More than a call takes arguments. */
const MANY_READS = 300_000

function longHistory(): History {
  const history = soundHistory()
  const times = Math.ceil(MANY_READS / history.reads.length)
  return { ...history, reads: Array.from({ length: times }, () => history.reads).flat() }
}

describe('rowsOf', () => {
  it('tells times from when the bound began', () => {
    const [kill, halves] = rowsOf(soundHistory(), KINDS)
    expect(kill).toMatchObject({ done: 1, late: 0, ready: { count: 1, max_ms: KILL.readyMs + 5 - KILL.endMs } })
    expect(kill?.healing).toMatchObject({ count: 5, p50_ms: 24_007 - KILL.endMs })
    expect(halves?.healing.p50_ms).toBe(52_007 - SPLIT.endMs)
  })

  it('tells what came before that from the start of the process, or from the end of the step, and never as nothing', () => {
    const history = soundHistory()
    const readyMs = 26_000
    const reads = history.reads.map((read) =>
      read.label === KILL.label && read.startMs > KILL.spawnMs && read.startMs < readyMs
        ? { ...read, isReady: false }
        : read,
    )
    const cut = { ...history.faults[1], step: 0, startMs: 22_000, endMs: 30_000 } as History['faults'][number]
    const [kill] = rowsOf({ ...history, reads }, KINDS)
    expect(kill?.healing.max_ms).toBe(24_009 - KILL.endMs)
    const [under] = rowsOf({ ...history, reads, faults: [...history.faults, cut] }, KINDS)
    expect(under?.ready).toMatchObject({ count: 1, max_ms: readyMs + 5 - KILL.spawnMs })
  })

  it('counts a recovery after two kinds in both rows and once among all', () => {
    const history = soundHistory()
    const faults = history.faults.map((fault) => ({ ...fault, step: 0 }))
    const both = { ...history, faults, healings: history.healings.slice(0, 1) }
    const [kill, halves] = rowsOf(both, KINDS)
    const { healing } = recoveriesOf(both)
    expect([kill, halves].map((row) => row?.healing.count)).toEqual([healing.count, healing.count])
    expect(healing).toMatchObject({ p99_ms: healing.max_ms })
  })

  it('tells gaps of the kinds that have some', () => {
    const history = soundHistory()
    const cut = { ...history.faults[1], fault: fault('isolated', ['eve']), step: 2, startMs: 60_000, endMs: 69_000 }
    const faults = [...history.faults, cut as History['faults'][number]]
    const rows = rowsOf({ ...history, faults }, [...KINDS, 'isolated'])
    const none = { count: 0, p50: null, p99: null, max: null }
    expect(rows.map(({ gap }) => gap)).toEqual([none, none, { count: 1, p50: 0, p99: 0, max: 0 }])
  })

  it('calls late what the rule calls late', () => {
    const history = soundHistory()
    const reads = history.reads.filter(({ label, startMs }) => label !== 'cyd' || startMs < SPLIT.endMs)
    const healings = history.healings.map((healing) => ({ ...healing, untilMs: Math.min(healing.untilMs, 55_000) }))
    const short = { ...history, reads, healings }
    expect(judge(short, KINDS).violations.filter(({ rule }) => rule === 'healing')).toHaveLength(1)
    expect(rowsOf(short, KINDS)[1]?.late).toBe(1)
  })
})

describe('a run of many reads', () => {
  it('is judged and told as a short one', () => {
    const history = longHistory()
    expect(judge(history, KINDS)).toMatchObject({ verdict: 'PASS', violations: [] })
    expect(rowsOf(history, KINDS)).toEqual(rowsOf(soundHistory(), KINDS))
  })

  it('is written in pieces', () => {
    const dir = mkdtempSync(join(tmpdir(), 'montana-history-'))
    const plan = makePlan({ seed: 1, minutes: 2, lacks: new Map() })
    const history = longHistory()
    writeHistory(join(dir, 'history.json'), plan, history)
    const read = JSON.parse(readFileSync(join(dir, 'history.json'), 'utf8'))
    rmSync(dir, { recursive: true })
    expect(read.plan.steps).toHaveLength(plan.steps.length)
    expect(read.history.reads).toHaveLength(history.reads.length)
    expect(read.history.healings).toEqual(history.healings)
  })
})
