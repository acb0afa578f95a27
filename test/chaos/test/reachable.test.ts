import { groupsOf, LABELS, type Label } from '@montana/chaos'
import { describe, expect, it } from 'vitest'
import { cutsBetween } from './support/history.js'

const groups = (away: readonly Label[], cuts: readonly (readonly [Label, Label])[]) => groupsOf({ away, cuts })

describe('groupsOf', () => {
  it('knows halves, and who is away', () => {
    expect(groups([], [])).toEqual([[...LABELS]])
    expect(groups([], cutsBetween(['ada', 'dan'], ['bob', 'cyd', 'eve']))).toEqual([
      ['ada', 'dan'],
      ['bob', 'cyd', 'eve'],
    ])
    expect(groups(['cyd'], [])).toEqual([['ada', 'bob', 'dan', 'eve']])
  })

  it('takes a link that is cut one way for none', () => {
    const cuts = LABELS.filter((label) => label !== 'eve').map((label) => ['eve', label] as const)
    expect(groups([], cuts)).toEqual([['ada', 'bob', 'cyd', 'dan'], ['eve']])
  })

  it('takes a ring for one group: news go round', () => {
    const isNext = (a: number, b: number) => [1, 4].includes(Math.abs(a - b))
    const cuts = LABELS.flatMap((from, a) =>
      LABELS.filter((_, b) => a !== b && !isNext(a, b)).map((to) => [from, to] as const),
    )
    expect(groups([], cuts).map((group) => [...group].sort())).toEqual([[...LABELS]])
  })
})
