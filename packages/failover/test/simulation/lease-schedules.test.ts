import { describe, expect, it } from 'vitest'
import { etcdEnd, type SimEtcdMember } from '../../src/simulation/etcd/sim-etcd.js'
import type { World } from '../../src/simulation/world.js'
import { isLeaseGood, type LeaseScheduleResult, runLeaseSchedule } from './lease-schedule.js'
import { leasedGroup, SERVE } from './support.js'

/** Per change; ten thousand in the long run. */
const SEEDS = 10
const SEEDS_MAX = 60
const TIMEOUT_MS = 300_000
const FORGETS_EVERY_MS = 2_300
const HANGS_AFTER_MS = 5_000

const sum = (results: readonly LeaseScheduleResult[], of: (result: LeaseScheduleResult) => number) =>
  results.reduce((total, result) => total + of(result), 0)

/** A member that hangs and answers reads all the same, out of what it knew: as if they were not linearizable. */
function readsWithoutQuorum(member: SimEtcdMember): void {
  const range = member.range.bind(member)
  let last: ReturnType<typeof range> = null
  member.range = (prefix) => {
    if (!member.isUp || member.isSound) last = range(prefix)
    return last
  }
}

describe('random histories in which a lease of etcd decides', () => {
  it(
    `${SEEDS} of them: never two leaders, never two in one epoch, no service outlives its lease`,
    async () => {
      const config = await leasedGroup()
      const results = Array.from({ length: SEEDS }, (_, seed) => runLeaseSchedule(config, seed + 1))
      expect(results.filter((result) => !isLeaseGood(result))).toEqual([])
      // Histories in which the leadership never moves, or no lease ever ends by itself, would show nothing.
      expect(sum(results, ({ tenures }) => tenures)).toBeGreaterThan(2 * SEEDS)
      expect(sum(results, ({ expiries }) => expiries)).toBeGreaterThan(SEEDS / 2)
    },
    TIMEOUT_MS,
  )

  it('one seed is one history', async () => {
    const config = await leasedGroup()
    expect(runLeaseSchedule(config, 7)).toEqual(runLeaseSchedule(config, 7))
  })
})

describe('planted faults are found by the same oracle', () => {
  const isFound = async (
    how: Parameters<typeof runLeaseSchedule>[2],
    shows: (result: LeaseScheduleResult) => boolean,
  ) => {
    const config = await leasedGroup()
    const seeds = Array.from({ length: SEEDS_MAX }, (_, index) => index + 1)
    return seeds.some((seed) => shows(runLeaseSchedule(config, seed, how)))
  }

  it('a cluster whose time goes twice as fast', { timeout: TIMEOUT_MS }, async () => {
    expect(await isFound({ rate: 0.5 }, ({ lateStops }) => lateStops.length > 0)).toBe(true)
  })

  it('a cluster that forgets its leases again and again', { timeout: TIMEOUT_MS }, async () => {
    const plant = (world: World) => {
      const forget = () => {
        world.etcd?.store.forgetLeases()
        world.scheduler.after(FORGETS_EVERY_MS, forget)
      }
      world.scheduler.after(FORGETS_EVERY_MS, forget)
    }
    expect(await isFound({ plant }, ({ doubled }) => doubled.length > 0)).toBe(true)
  })

  it('a service that cannot be killed', { timeout: TIMEOUT_MS }, async () => {
    const plant = (world: World) => {
      for (const host of world.hosts.keys()) {
        const runner = world.runner(host, SERVE)
        runner.habits = { ...runner.habits, stop: 'unkillable' }
      }
    }
    expect(await isFound({ plant }, ({ lateStops, doubled }) => lateStops.length + doubled.length > 0)).toBe(true)
  })

  it('a member that hangs and answers reads from what it knew', { timeout: TIMEOUT_MS }, async () => {
    const plant = (world: World) => {
      const { etcd, network } = world
      for (const member of etcd?.members.values() ?? []) readsWithoutQuorum(member)
      // The host that leads reaches only the member that hangs.
      world.scheduler.after(HANGS_AFTER_MS, () => {
        const hung = etcd?.leader ?? ''
        const sound = [...(etcd?.members.keys() ?? [])].filter((name) => name !== hung)
        for (const { host } of world.log.acting(SERVE))
          for (const name of sound) network.setBoth(host, etcdEnd(name), false)
        etcd?.hang(hung)
      })
    }
    expect(await isFound({ plant }, ({ lateStops, doubled }) => lateStops.length + doubled.length > 0)).toBe(true)
  })
})
