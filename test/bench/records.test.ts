import { describe, expect, it } from 'vitest'
import { tellFigure } from '../support/figure.js'
import { chosenGoals, goalsByCommand, renderMissing } from './src/records/choose.js'
import { mergeRecords, recordOf } from './src/records/merge.js'
import { readTold } from './src/records/told.js'
import type { Goal, MeasuredRecord } from './src/suite/goals.js'

const ORIGIN = { command: 'npm test -- a', commit: '0123456', date: '2026-11-27' }
const goal = (id: string, parts: Partial<Goal> = {}): Goal => {
  return {
    id,
    of: 'issue 2',
    words: 'a goal',
    direction: 'at most',
    bound: 5,
    unit: 'ms',
    command: 'npm test -- a',
    ...parts,
  }
}
const record = (id: string, value: number): MeasuredRecord => ({ goal: id, value, unit: 'ms', ...ORIGIN })

describe('what a test tells', () => {
  it.each([
    ['no-such-goal', 1, "no goal 'no-such-goal'"],
    ['node-stop', Number.NaN, "'node-stop' was not measured"],
  ])('is refused: %s %d', (name, value, reason) => {
    expect(() => tellFigure(name, value)).toThrow(reason)
  })

  it('is a line a figure', () => {
    expect(readTold('{"goal":"a","value":1.5}\n{"goal":"b","value":0}\n')).toEqual([
      { goal: 'a', value: 1.5 },
      { goal: 'b', value: 0 },
    ])
    expect(() => readTold('{"goal":"a"}\n')).toThrow('value')
    expect(() => readTold('{"goal":"a","val')).toThrow()
  })

  it.each([
    ['at most', 9],
    ['below', 9],
    ['at least', 1],
  ] as const)('counts as the worst, where more than one is told: %s', (direction, worst) => {
    const told = [4, 9, 1].map((value) => ({ goal: 'a', value }))
    expect(recordOf(goal('a', { direction }), told, ORIGIN)).toEqual(record('a', worst))
  })

  it('counts as what misses an exact bound', () => {
    const told = [0, 2, 0].map((value) => ({ goal: 'a', value }))
    expect(recordOf(goal('a', { direction: 'exactly', bound: 0 }), told, ORIGIN)?.value).toBe(2)
  })

  it('carries what the test does less of, of the figure that counts', () => {
    const told = [
      { goal: 'a', value: 4, short: 'four of ten' },
      { goal: 'a', value: 9, short: 'nine of ten' },
    ]
    expect(readTold(told.map((figure) => JSON.stringify(figure)).join('\n'))).toEqual(told)
    expect(recordOf(goal('a'), told, ORIGIN)).toEqual({ ...record('a', 9), short: 'nine of ten' })
  })

  it('makes no record of a goal that nothing was told of', () => {
    expect(recordOf(goal('a'), [{ goal: 'b', value: 1 }], ORIGIN)).toBeUndefined()
  })
})

it('a record takes the place of the one before, in the order of the goals', () => {
  const goals = ['a', 'b', 'c'].map((id) => goal(id))
  const merged = mergeRecords(goals, [record('c', 3), record('b', 2)], [record('b', 1), record('a', 0)])
  expect(merged).toEqual([record('a', 0), record('b', 1), record('c', 3)])
})

describe('the goals to be measured', () => {
  const byHand = goal('b', { command: 'npx --no-install montana devnet --json' })
  const goals = [goal('a'), byHand, goal('c', { command: null }), goal('d')]

  it('are measured by tests, each command once', () => {
    const chosen = chosenGoals(goals, ['a', 'd', 'a'])
    expect([...goalsByCommand(chosen)]).toEqual([['npm test -- a', [goal('a'), goal('d')]]])
  })

  it.each([
    ['x', "unknown goal 'x'"],
    ['b', 'montana devnet'],
    ['c', 'not written yet'],
  ])('are refused with the reason: %s', (name, reason) => {
    expect(() => chosenGoals(goals, [name])).toThrow(reason)
  })

  it('are listed where neither a bench nor a record has them', () => {
    const measured = goal('e', { bench: 'clock', figure: 'f' })
    expect(renderMissing([...goals, measured], [record('a', 1)])).toBe(
      'b  issue 2  npx --no-install montana devnet --json\nc  issue 2  no command yet\nd  issue 2  npm test -- a\n',
    )
  })
})
