import { excusesOf, type History, type Kind, type Label } from '@montana/chaos'
import { describe, expect, it } from 'vitest'
import { cutsBetween, fault, soundHistory } from './support/history.js'

const AT = { startMs: 24_000, endMs: 33_000 } as const

/** The excuses that one fault gives to ada's start, without what reaches whom. */
function excusesBy(kind: Kind, targets: readonly Label[]) {
  const faults = [{ fault: fault(kind, targets), step: 0, ...AT, failure: undefined }]
  return excusesOf({ faults, reach: [], endMs: 78_000 }, 'ada').map(({ startMs, endMs }) => ({ startMs, endMs }))
}

function excusesBetween(reach: History['reach']) {
  return excusesOf({ faults: [], reach, endMs: 78_000 }, 'ada')
}

const ALL: readonly Label[] = ['ada', 'bob', 'cyd', 'dan', 'eve']
const AT_ONE = ['kill', 'freeze', 'restart', 'cpu', 'clock', 'enospc', 'eio', 'isolated', 'one-way'] as const
const OF_A_LINK = ['bandwidth', 'delay'] as const

describe('excusesOf', () => {
  it.each([...AT_ONE, ...OF_A_LINK])('knows %s at the node itself, and none at another one', (kind) => {
    expect({ own: excusesBy(kind, ['ada']), other: excusesBy(kind, ['dan']) }).toEqual({ own: [AT], other: [] })
  })

  it.each([
    ['loss', ALL],
    ['ring', ALL],
    ['cpu', ALL],
    ['halves', ['ada', 'dan']],
    ['halves', ['cyd', 'dan']],
  ] as const)('knows %s of %s, which leaves nobody out', (kind, targets) => {
    expect(excusesBy(kind, targets)).toEqual([AT])
  })

  it('takes no upgrade for one', () => {
    expect(excusesBy('upgrade', ALL)).toEqual([])
  })

  it('knows a time without a quorum, whoever is away, and asks not whether it runs itself', () => {
    const split = cutsBetween(['eve'], ['ada', 'bob', 'cyd', 'dan'])
    const at = (cuts: History['reach'][number]['cuts'], ...away: Label[]) => excusesBetween([{ atMs: 1, away, cuts }])
    expect([at([], 'ada'), at([], 'dan'), at(split), at(split, 'ada'), at([], 'ada', 'eve')]).toEqual(Array(5).fill([]))
    for (const alone of [at([], 'cyd', 'dan'), at(split, 'bob')]) expect(alone).toEqual([{ startMs: 1, endMs: 78_000 }])
  })

  it('ends it with the next change', () => {
    const away = { atMs: 10_000, away: ['bob', 'eve'] as const, cuts: [] }
    expect(excusesBetween([away, { ...away, atMs: 12_000, away: ['eve'] }])).toEqual([
      { startMs: 10_000, endMs: 12_000 },
    ])
  })

  it('finds in a sound history the kill of ada and the halves, for each who is hit', () => {
    const history = soundHistory()
    const kindsFor = (label: Label) => excusesOf(history, label).map(({ startMs }) => startMs)
    expect(kindsFor('ada')).toEqual([20_000, 41_000, 41_000])
    expect(kindsFor('cyd')).toEqual([41_000, 41_000])
  })
})
