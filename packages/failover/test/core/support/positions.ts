import { obstacleOf, type Rival } from '../../../src/core/obstacle.js'
import { isMajority, type StandingRules, standingOf } from '../../../src/core/standing-rules.js'

/** Hosts by their place in the chain. */
export const HOSTS = [0, 1, 2, 3, 4]

/** Every partition of `hosts` into islands. */
export function partitions(hosts: readonly number[]): number[][][] {
  const [first, ...rest] = hosts
  if (first === undefined) return [[]]
  return partitions(rest).flatMap((islands) => [
    [[first], ...islands],
    ...islands.map((island, index) => islands.with(index, [first, ...island])),
  ])
}

/** Every set of islands, as bits, that one witness can be reached from. */
export const anySet = (islands: number) => Array.from({ length: 2 ** islands }, (_, bits) => bits)
export const atMostOne = (islands: number) => [0, ...Array.from({ length: islands }, (_, index) => 2 ** index)]

export function* positions(witnesses: number, reach: (islands: number) => number[]) {
  for (const islands of partitions(HOSTS)) {
    const sets = reach(islands.length)
    for (const reached of tuples(sets, witnesses)) yield { islands, reached }
  }
}

function* tuples(values: readonly number[], count: number): Generator<readonly number[]> {
  if (count === 0) return void (yield [])
  for (const head of values) for (const tail of tuples(values, count - 1)) yield [head, ...tail]
}

export interface Position {
  readonly islands: readonly (readonly number[])[]
  /** Per witness, the islands that reach it, as bits. */
  readonly reached: readonly number[]
}

/** Who leads once nothing changes any more: the rules of the core itself, over what each island can see. */
export function leadersOf({ islands, reached }: Position, quorum: number, rules: StandingRules): number {
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

export const RULES: StandingRules = { hasWitnesses: true, isQuorumAlways: false, mayLeadAlone: false }
