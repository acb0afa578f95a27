import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { isMajority } from '../../src/core/standing-rules.js'
import { findSelf, type GroupConfig, loadGroupConfig } from '../../src/settings.js'
import type { World } from '../../src/simulation/world.js'
import { leadersIn, startedWorld } from '../simulation/support.js'

/** Cases kept from the tests of the older implementation: spec three-mirror 15. */
const FILE = join(import.meta.dirname, '..', '..', '..', '..', 'deploy', 'failover.single-chain.example.yaml')
const CHAIN = ['amsterdam', 'moscow', 'almaty', 'spb', 'novosibirsk']
const SETTLED_MS = 60_000

async function world(dead: readonly string[] = [], change: Partial<GroupConfig> = {}): Promise<World> {
  const { config } = await loadGroupConfig(FILE)
  const started = startedWorld({ ...config, ...change }, { seed: 1, startSpreadMs: 10 })
  for (const host of dead) started.crash(host)
  started.run(SETTLED_MS)
  return started
}

function modeOf(given: World, host: string): string | undefined {
  return given.host(host).policies[0]?.mode
}

describe('who is master', () => {
  it('LE16 amsterdam with all healthy', async () => {
    expect(leadersIn(await world())).toEqual(['amsterdam'])
  })

  it('LE16 not even amsterdam without standing', async () => {
    const alone = await world(CHAIN.slice(1), { witnesses: [], witnessQuorum: 0 })
    expect(leadersIn(alone)).toEqual([])
    expect(alone.host('amsterdam').policies[0]?.role).toBe('standby')
  })

  it('LE17 moscow when only amsterdam is dead', async () => {
    expect(leadersIn(await world(['amsterdam']))).toEqual(['moscow'])
  })

  it('LE18 not moscow when all are healthy', async () => {
    expect(leadersIn(await world())).not.toContain('moscow')
  })

  it.each([
    ['LE19', 'given directly', { flag: 'novosibirsk', environment: {} }],
    ['LE21', 'by environment', { flag: undefined, environment: { MONTANA_NODE_NAME: 'Novosibirsk' } }],
  ])('%s the last of the chain when all others are dead, its name %s', async (_, __, sources) => {
    const { config } = await loadGroupConfig(FILE)
    const self = findSelf({ ...sources, config, localAddresses: [] })
    const survivor = await world(CHAIN.filter((host) => host !== self))
    expect(leadersIn(survivor)).toEqual([self])
    expect(modeOf(survivor, self)).toBe('SURVIVOR')
    const silent = await world(
      CHAIN.filter((host) => host !== self),
      { witnesses: [], witnessQuorum: 0 },
    )
    expect(leadersIn(silent)).toEqual([])
    expect(modeOf(silent, self)).toBe('ISOLATED')
  })

  it('LE20 not spb with the first and second dead and the third alive', async () => {
    expect(leadersIn(await world(['amsterdam', 'moscow']))).toEqual(['almaty'])
  })

  it('LE23 the only host of a chain, a majority of one', async () => {
    const { config } = await loadGroupConfig(FILE)
    const { amsterdam, ...rest } = config.hosts
    expect(Object.keys(rest)).toHaveLength(4)
    const lone = await world([], {
      hosts: amsterdam ? { amsterdam } : {},
      policies: { serve: { ...(config.policies.serve ?? never()), chain: ['amsterdam'] } },
      witnesses: [],
      witnessQuorum: 0,
    })
    expect(leadersIn(lone)).toEqual(['amsterdam'])
    expect(modeOf(lone, 'amsterdam')).toBe('CHAIN')
  })

  it('PU3 a majority of five is three, two are none', () => {
    expect([1, 2, 3, 4, 5].map((visible) => isMajority(visible, 5))).toEqual([false, false, true, true, true])
  })
})

function never(): never {
  throw new RangeError('the example has the policy serve')
}
