import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { clockFigures } from './src/clock/figures.js'
import { clockRatios } from './src/clock/ratios.js'
import { consensusFigures } from './src/consensus/figures.js'
import { consensusRatios } from './src/consensus/ratios.js'
import { mirrorFigures } from './src/mirror/figures.js'
import { mirrorRatios } from './src/mirror/ratios.js'
import { nodeFigures } from './src/node/figures.js'
import { type Goal, type MeasuredRecord, readGoals, readRecords } from './src/suite/goals.js'
import { isWithin, judge, lostFigures } from './src/suite/judge.js'
import { syncFigures } from './src/sync/figures.js'
import { transportFigures } from './src/transport/figures.js'
import { goals as transportGoals } from './src/transport/goals.js'
import { failed, ran } from './support/results.js'
import { CLOCK, CONSENSUS, MIRROR, NODE, SYNC, TRANSPORT } from './support/rows.js'

const BENCH = join(import.meta.dirname, '..', '..', 'bench')

const goal = (parts: Partial<Goal> = {}): Goal => {
  const measured = { bench: 'clock', figure: 'chainToOpenssl', command: 'npm run bench -- clock' }
  return {
    id: 'a',
    of: 'issue 2',
    words: 'a goal',
    direction: 'at least',
    bound: 1.3,
    unit: '×',
    ...measured,
    ...parts,
  }
}
const record = (parts: Partial<MeasuredRecord> = {}): MeasuredRecord => {
  return { goal: 'a', value: 1.5, unit: '×', command: 'a command', commit: '0123456', date: '2026-11-26', ...parts }
}

describe('the table of goals', () => {
  const goals = readGoals(join(BENCH, 'goals.json'))
  const records = readRecords(join(BENCH, 'records.json'))
  /** What each bench yields of rows that are complete. */
  const FIGURES: Readonly<Record<string, Record<string, number>>> = {
    clock: { ...clockRatios(CLOCK, 2, { stepsPerSecond: 32e6, nsPerStep: 31, reached: 0.95 }), ...clockFigures(CLOCK) },
    node: nodeFigures(NODE),
    consensus: { ...consensusRatios(CONSENSUS), ...consensusFigures(CONSENSUS) },
    transport: { ...transportGoals(TRANSPORT).ratios, ...transportFigures(TRANSPORT) },
    mirror: { ...mirrorRatios(MIRROR), ...mirrorFigures(MIRROR) },
    sync: { ...syncFigures(SYNC), growth: 0.5 },
    all: { seconds: 700 },
  }

  it('names every goal once, and has rows of every issue and of every goal of the reliability page', () => {
    const ids = goals.map(({ id }) => id)
    expect(ids).toEqual([...new Set(ids)])
    const sources = new Set(goals.map(({ of }) => of))
    const issues = Array.from({ length: 10 }, (_, index) => `issue ${index + 2}`)
    const reliability = Array.from({ length: 25 }, (_, index) => `reliability ${index + 1}`)
    expect([...issues, ...reliability].filter((of) => !sources.has(of))).toEqual([])
  })

  it('takes from a bench only what the bench yields', () => {
    const missing = goals.filter(({ bench, figure }) => bench && FIGURES[bench]?.[figure ?? ''] === undefined)
    expect(missing.map(({ id, bench, figure }) => `${id}: ${bench}.${figure}`)).toEqual([])
  })

  it('has at most one record for a goal, and none for anything else', () => {
    const named = records.map(({ goal: id }) => id)
    expect(named).toEqual([...new Set(named)])
    const ids = new Set(goals.map(({ id }) => id))
    expect(named.filter((id) => !ids.has(id))).toEqual([])
  })

  it('has records in the unit of their goals, of commits of this history', () => {
    const units = new Map(goals.map(({ id, unit }) => [id, unit]))
    expect(records.filter(({ goal: id, unit }) => units.get(id) !== unit)).toEqual([])
    const git = (...args: string[]) => spawnSync('git', ['-C', BENCH, ...args], { encoding: 'utf8' })
    if (git('rev-parse', '--is-shallow-repository').stdout.trim() !== 'false') return
    const commits = [...new Set(records.map(({ commit }) => commit))]
    expect(commits.filter((commit) => git('merge-base', '--is-ancestor', commit, 'HEAD').status !== 0)).toEqual([])
  })
})

describe('a goal', () => {
  const measured = ran('clock', { ratios: { chainToOpenssl: 1.3 }, figures: { chainMSteps: 20 } })

  it.each([
    ['at least', 1.3, 1.29, false],
    ['at least', 1.3, 1.3, true],
    ['at most', 10, 10, true],
    ['at most', 10, 10.1, false],
    ['below', 10, 10, false],
    ['below', 10, 9.9, true],
    ['exactly', 0, 0, true],
    ['exactly', 0, 1, false],
  ] as const)('%s %d: %d is met: %s', (direction, bound, value, isMet) => {
    expect(isWithin({ direction, bound }, value)).toBe(isMet)
  })

  it('is judged by this run where the run has its value, whatever is on record', () => {
    expect(judge([goal()], [record({ value: 1 })], [measured])).toMatchObject([
      { value: 1.3, verdict: 'met', isOfThisRun: true, source: 'npm run bench -- clock', remark: null },
    ])
    const slow = goal({ figure: 'chainMSteps', bound: 25 })
    expect(judge([slow], [], [measured])).toMatchObject([{ value: 20, verdict: 'not met' }])
  })

  it('falls back to what is on record, with its command, commit and day, where the run did not begin its bench', () => {
    const found = judge([goal(), goal({ long: true, figure: 'other' })], [record({ remark: 'quiet' })], [])
    const source = 'a command (noted at 0123456, 2026-11-26)'
    const row = { value: 1.5, verdict: 'met', isOfThisRun: false, source, remark: 'quiet' }
    expect(found).toMatchObject([row, row])
    expect(judge([goal({ long: true, figure: 'other' })], [record({ remark: 'quiet' })], [measured])).toMatchObject([
      row,
    ])
  })

  it('is not met by a record where this run should have measured it and has not', () => {
    const before = '1.5 × at 0123456, 2026-11-26'
    const [lost, broken] = ['this run did not measure it', 'in this run the bench failed: ended with 1']
    const row = { value: null, verdict: 'not measured here', isOfThisRun: false }
    expect(judge([goal({ figure: 'other' })], [record()], [measured])).toMatchObject([
      { ...row, remark: `${lost}; ${before}` },
    ])
    for (const long of [{}, { long: true }] as const)
      expect(judge([goal(long)], [record()], [failed('clock', 'ended with 1')])).toMatchObject([
        { ...row, remark: `${broken}; ${before}` },
      ])
  })

  it('whose bench ran and yields no such figure is a figure lost, unless it takes a long run', () => {
    const goals = [goal(), goal({ id: 'b', figure: 'other' }), goal({ id: 'c', figure: 'other', long: true })]
    expect(lostFigures(goals, [measured])).toEqual(['b: clock yields no other'])
    expect(lostFigures(goals, [failed('clock', 'ended with 1')])).toEqual([])
  })

  it('is met in part at best where less was measured than it asks', () => {
    const short = '200 trials of 1,000'
    expect(judge([goal()], [record({ short })], [])).toMatchObject([{ verdict: 'in part', remark: short }])
    expect(judge([goal()], [record({ short, value: 1 })], [])).toMatchObject([{ verdict: 'not met' }])
  })

  it('has no value where nothing has one, and says what would measure it', () => {
    const { bench: _bench, figure: _figure, ...other } = goal({ command: 'npm run soak:watch' })
    const found = judge([goal(), other, { ...other, command: null }], [], [failed('clock', 'ended with 1')])
    expect(found).toMatchObject([
      { value: null, verdict: 'not measured here', remark: 'in this run the bench failed: ended with 1' },
      { value: null, verdict: 'not on record', source: 'npm run soak:watch' },
      { value: null, verdict: 'not on record', source: 'no command measures it yet' },
    ])
  })
})
