import { describe, expect, it } from 'vitest'
import { anySet, atMostOne, leadersOf, positions, RULES } from './support/positions.js'

/** The known answers of spec three-mirror 8: positions by their number of leaders, from 0 on. */
const TABLE = [
  {
    name: '3 witnesses, quorum 2, minority',
    witnesses: 3,
    quorum: 2,
    rules: RULES,
    reach: anySet,
    counts: [4544, 82_016, 936, 0],
  },
  {
    name: '3, 2, always',
    witnesses: 3,
    quorum: 2,
    rules: { ...RULES, isQuorumAlways: true },
    reach: anySet,
    counts: [5428, 82_068, 0, 0],
  },
  { name: '2, 2, minority', witnesses: 2, quorum: 2, rules: RULES, reach: anySet, counts: [1458, 3885, 85, 0] },
  { name: '1, 1, minority', witnesses: 1, quorum: 1, rules: RULES, reach: anySet, counts: [26, 383, 45, 0] },
  {
    name: 'none, stop',
    witnesses: 0,
    quorum: 0,
    rules: { ...RULES, hasWitnesses: false },
    reach: anySet,
    counts: [26, 26, 0, 0],
  },
  {
    name: '3, 1, which configuration refuses',
    witnesses: 3,
    quorum: 1,
    rules: RULES,
    reach: anySet,
    counts: [26, 58_715, 26_655, 2100],
  },
  {
    name: 'one arbiter attached to at most one island',
    witnesses: 1,
    quorum: 1,
    rules: RULES,
    reach: atMostOne,
    counts: [26, 142, 35, 0],
  },
] as const

describe('static positions: every partition of five hosts and every reach of the witnesses', () => {
  it.each(TABLE)('$name', ({ witnesses, quorum, rules, reach, counts }) => {
    const found = [0, 0, 0, 0]
    for (const position of positions(witnesses, reach)) {
      const leaders = leadersOf(position, quorum, rules)
      found[leaders] = (found[leaders] ?? 0) + 1
    }
    expect(found).toEqual(counts)
  })

  it('without witnesses and with `lead`, 51 of 52 partitions have more than one leader', () => {
    const rules = { hasWitnesses: false, isQuorumAlways: false, mayLeadAlone: true }
    const leaders = [...positions(0, anySet)].map((position) => leadersOf(position, 0, rules))
    expect(leaders.filter((count) => count > 1)).toHaveLength(51)
    expect(leaders).toHaveLength(52)
  })

  it('two leaders with the recommended witnesses are always a majority with at most one, and a minority with the others', () => {
    for (const position of positions(3, anySet)) {
      if (leadersOf(position, 2, RULES) < 2) continue
      const { islands, reached } = position
      const answers = islands.map((_, index) => reached.filter((bits) => bits & (2 ** index)).length)
      const majority = islands.findIndex((island) => island.length > 2)
      expect(majority).toBeGreaterThanOrEqual(0)
      expect(answers[majority]).toBeLessThanOrEqual(1)
      expect(answers.some((count, index) => index !== majority && count >= 2)).toBe(true)
    }
  })
})
