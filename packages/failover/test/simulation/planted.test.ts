import { describe, expect, it } from 'vitest'
import type { GroupConfig } from '../../src/settings.js'
import type { World } from '../../src/simulation/world.js'
import { runSchedule, type ScheduleResult } from './schedule.js'
import { SERVE, servingGroup } from './support.js'

/** Histories within which each planted fault has to show. */
const SEEDS_MAX = 60
const TIMEOUT_MS = 120_000

interface Planted {
  readonly what: string
  readonly config?: (config: GroupConfig) => GroupConfig
  readonly world?: (world: World) => void
  readonly shows: (result: ScheduleResult) => boolean
}

const isDouble = ({ forbidden }: ScheduleResult) => forbidden.length > 0
const isLawless = ({ lawless }: ScheduleResult) => lawless.length > 0

const PLANTED: readonly Planted[] = [
  {
    what: 'a leader that holds on for 20 s without anybody',
    config: (config) => ({ ...config, isolateAfterMs: 20_000 }),
    shows: (result) => isLawless(result) || isDouble(result),
  },
  {
    what: 'one witness of three taken for a quorum',
    config: (config) => ({ ...config, witnessQuorum: 1 }),
    shows: isLawless,
  },
  {
    what: 'leading without witnesses',
    config: (config) => {
      const coordinator = { kind: 'chain', witnessQuorumFor: 'minority', withoutWitnesses: 'lead' } as const
      return { ...config, coordinator, witnesses: [], witnessQuorum: 0 }
    },
    shows: isLawless,
  },
  {
    what: 'a service that cannot be killed',
    world: (world) => {
      for (const host of world.hosts.keys()) {
        const runner = world.runner(host, SERVE)
        runner.habits = { ...runner.habits, stop: 'unkillable' }
      }
    },
    shows: (result) => isLawless(result) || isDouble(result),
  },
  {
    what: 'witnesses that lie by omission (row 12 of section 8)',
    world: (world) => {
      const [a = '', b = '', ...others] = world.hosts.keys()
      for (const host of [a, b]) for (const other of others) world.network.setBoth(host, other, false)
      for (const witness of world.witnesses.values()) witness.read = () => ({ upMs: 3_600_000, posts: [] })
    },
    shows: isDouble,
  },
  {
    what: 'a sink that takes every epoch',
    world: (world) => {
      if (world.sink) world.sink.isFenced = false
    },
    shows: ({ fenceBreaks }) => fenceBreaks > 0,
  },
  {
    what: 'a host that is called dead after one miss of 300 ms',
    config: (config) => ({
      ...config,
      profile: { ...config.profile, name: 'explicit', misses: 1, intervalMs: 300, timeoutMs: 300, confirmMs: 100 },
    }),
    shows: isDouble,
  },
]

describe('planted faults are found by the same oracle', () => {
  it.each(PLANTED)(
    '$what',
    async ({ config = (same) => same, world, shows }) => {
      const group = config(await servingGroup())
      const seeds = Array.from({ length: SEEDS_MAX }, (_, index) => index + 1)
      const found = seeds.find((seed) => shows(runSchedule(group, seed, world)))
      expect(found).toBeDefined()
    },
    TIMEOUT_MS,
  )
})
