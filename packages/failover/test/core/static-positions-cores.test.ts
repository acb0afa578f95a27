import { describe, expect, it } from 'vitest'
import { isLong } from '../../../../test/support/long-it.js'
import { buildWorld } from '../../src/simulation/build-world.js'
import { witnessEnd } from '../../src/simulation/network.js'
import type { World } from '../../src/simulation/world.js'
import { exampleGroup, leadersIn, SERVE } from '../simulation/support.js'
import { anySet, leadersOf, type Position, positions, RULES } from './support/positions.js'

/** Whole groups that settle; the rules by themselves judge all 87 496. */
const SAMPLES = isLong ? 280 : 100
const ALWAYS_SAMPLES = isLong ? 40 : 20
/** Of the 936 positions with two leaders, which the samples hardly meet. */
const EVERY_NTH_DOUBLE = 40
const SETTLED_MS = 14_000
const TIMEOUT_MS = 60_000
/** Without a common factor with the number of positions, so that a walk in steps of it meets all kinds. */
const STRIDE = 31_013

const NOWHERE: Position = { islands: [], reached: [] }

function place(world: World, { islands, reached }: Position, chain: readonly string[]): void {
  const islandOf = (host: number) => islands.findIndex((island) => island.includes(host))
  chain.forEach((name, host) => {
    chain.forEach((other, index) => {
      if (islandOf(index) !== islandOf(host)) world.network.setBoth(name, other, false)
    })
    reached.forEach((bits, index) => {
      world.network.setBoth(name, witnessEnd(`w${index + 1}`), (bits & (2 ** islandOf(host))) !== 0)
    })
  })
}

describe('five real cores that settle in a position', () => {
  it.each([
    ['minority', SAMPLES, RULES],
    ['always', ALWAYS_SAMPLES, { ...RULES, isQuorumAlways: true }],
  ] as const)(
    'lead as the rules by themselves say, %s: %i positions and of those with two leaders every 40th',
    async (witnessQuorumFor, samples, rules) => {
      const group = await exampleGroup()
      const { [SERVE]: serve } = group.policies
      const chain = serve?.chain ?? []
      const coordinator = { kind: 'chain', witnessQuorumFor, withoutWitnesses: 'stop' } as const
      const config = { ...group, coordinator, policies: serve ? { [SERVE]: serve } : {} }
      const all = [...positions(3, anySet)]
      const doubles = all.filter((position) => leadersOf(position, 2, RULES) === 2)
      const chosen = Array.from({ length: samples }, (_, sample) => all[(sample * STRIDE) % all.length] ?? NOWHERE)
      const wrong: unknown[] = []
      for (const position of [...chosen, ...doubles.filter((_, index) => index % EVERY_NTH_DOUBLE === 0)]) {
        const world = buildWorld(config, { seed: 1, startSpreadMs: 10 })
        place(world, position, chain)
        world.run(SETTLED_MS)
        const expected = leadersOf(position, 2, rules)
        const leaders = leadersIn(world)
        if (leaders.length !== expected) wrong.push({ position, expected, leaders })
      }
      expect(wrong).toEqual([])
    },
    TIMEOUT_MS,
  )
})
