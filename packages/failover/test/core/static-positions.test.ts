import { describe, expect, it } from 'vitest'
import { obstacleOf, type Rival } from '../../src/core/obstacle.js'
import { isMajority, type StandingRules, standingOf } from '../../src/core/standing-rules.js'

/** Hosts by their place in the chain. */
const HOSTS = [0, 1, 2, 3, 4]

/** Every partition of `hosts` into islands. */
function partitions(hosts: readonly number[]): number[][][] {
  const [first, ...rest] = hosts
  if (first === undefined) return [[]]
  return partitions(rest).flatMap((islands) => [
    [[first], ...islands],
    ...islands.map((island, index) => islands.with(index, [first, ...island])),
  ])
}

/** Every set of islands, as bits, that one witness can be reached from. */
const anySet = (islands: number) => Array.from({ length: 2 ** islands }, (_, bits) => bits)
const atMostOne = (islands: number) => [0, ...Array.from({ length: islands }, (_, index) => 2 ** index)]

function* positions(witnesses: number, reach: (islands: number) => number[]) {
  for (const islands of partitions(HOSTS)) {
    const sets = reach(islands.length)
    for (const reached of tuples(sets, witnesses)) yield { islands, reached }
  }
}

function* tuples(values: readonly number[], count: number): Generator<readonly number[]> {
  if (count === 0) return void (yield [])
  for (const head of values) for (const tail of tuples(values, count - 1)) yield [head, ...tail]
}

interface Position {
  readonly islands: readonly (readonly number[])[]
  /** Per witness, the islands that reach it, as bits. */
  readonly reached: readonly number[]
}

/** Who leads once nothing changes any more: the rules of the core itself, over what each island can see. */
function leadersOf({ islands, reached }: Position, quorum: number, rules: StandingRules): number {
  const standing = islands.map((island, index) => {
    const answers = reached.filter((bits) => bits & (2 ** index)).length
    return standingOf(rules, isMajority(island.length, HOSTS.length), answers >= quorum)
  })
  const sees = (a: number, b: number) => a === b || reached.some((bits) => bits & (2 ** a) && bits & (2 ** b))
  const islandOf = (host: number) => islands.findIndex((island) => island.includes(host))
  return HOSTS.filter((host) => {
    const own = islandOf(host)
    if (standing[own] === 'none') return false
    const rivals = HOSTS.filter((other) => other !== host).map((other) => rival(other, islandOf(other), host, own))
    return obstacleOf(rivals, false) === null
  }).length

  function rival(other: number, island: number, host: number, own: number): Rival {
    return {
      host: String(other),
      isAbove: other < host,
      isAlive: sees(own, island),
      // A host without standing says itself that it is isolated.
      isEligible: standing[island] !== 'none',
      isLastResort: false,
      mayAct: false,
      isCandidate: false,
      isSkipped: false,
    }
  }
}

const RULES: StandingRules = { hasWitnesses: true, isQuorumAlways: false, mayLeadAlone: false }

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
