import { describe, expect, it } from 'vitest'
import { etcdEnd } from '../../src/simulation/etcd/sim-etcd.js'
import { checkPartitions } from './partitions.js'
import {
  HOSTS,
  leadersIn,
  leasedGroup,
  RECOVERY_MS,
  SERVE,
  startedWorld,
  subsetsOf,
  untilLeader,
  withFailback,
} from './support.js'

const MINUTE_MS = 60_000
const TIMEOUT_MS = 300_000
/** Long enough for a lease to end and for another host to act. */
const SETTLED_MS = 10_000

describe('a lease decides', () => {
  it(
    'every partition into at most two islands, and every set of them that reaches etcd: one leader where any does, else none',
    async () => {
      await checkPartitions(await leasedGroup(), (islands) => islands.length <= 2)
    },
    TIMEOUT_MS,
  )

  it.each(subsetsOf(HOSTS).map((dead) => [dead.join(' '), dead] as const))('dead at once: %s', async (_, dead) => {
    const world = startedWorld(await leasedGroup(), { seed: dead.length })
    for (const host of dead) world.crash(host)
    if (dead.length === HOSTS.length) for (const host of HOSTS) world.restart(host)
    expect(untilLeader(world, MINUTE_MS)).toBeLessThan(RECOVERY_MS)
    world.run(MINUTE_MS)
    expect(leadersIn(world)).toHaveLength(1)
    expect(world.log.overlaps).toEqual([])
  })

  it.each(HOSTS)('%s alone reaches etcd, all hosts see each other: it leads, and goes on leading', async (only) => {
    const world = startedWorld(await leasedGroup(), { seed: 2 })
    for (const host of HOSTS) {
      for (const member of world.etcd?.members.keys() ?? []) world.network.setBoth(host, etcdEnd(member), host === only)
    }
    expect(untilLeader(world, MINUTE_MS)).toBeLessThan(RECOVERY_MS)
    world.run(SETTLED_MS)
    const { length } = world.log.tenures
    world.run(3 * MINUTE_MS)
    expect(leadersIn(world)).toEqual([only])
    expect(world.log.tenures).toHaveLength(length)
    expect(world.log.overlaps).toEqual([])
  })

  it('a leader survives the death of the member that leads etcd', async () => {
    const world = startedWorld(withFailback(await leasedGroup(), 'never'), { seed: 3 })
    const [leader] = leadersIn(world)
    world.etcd?.crash(world.etcd.leader ?? '')
    world.run(MINUTE_MS)
    expect(leadersIn(world)).toEqual([leader])
    expect(world.log.tenures.filter(({ policy }) => policy === SERVE)).toHaveLength(1)
  })

  it('a cluster without a quorum has no leader, and gives one again within the bound of its return', async () => {
    const world = startedWorld(await leasedGroup(), { seed: 4 })
    const members = [...(world.etcd?.members.keys() ?? [])]
    for (const member of members.slice(1)) world.etcd?.crash(member)
    world.run(SETTLED_MS)
    expect(leadersIn(world)).toEqual([])
    for (const member of members) world.etcd?.restart(member)
    expect(untilLeader(world, MINUTE_MS)).toBeLessThan(RECOVERY_MS)
    expect(world.log.overlaps).toEqual([])
  })

  it('a planned handover moves the lease: nobody else comes between, and never do two act', async () => {
    const world = startedWorld(await leasedGroup(), { seed: 5 })
    const [leader = ''] = leadersIn(world)
    const target = HOSTS.find((host) => host !== leader) ?? ''
    const host = world.host(leader)
    const command = { kind: 'promote', policy: SERVE, host: target, reason: 'planned', isForced: false } as const
    host.observe({ kind: 'command', atMs: host.nowMs, command })
    world.run(10_000)
    expect(leadersIn(world)).toEqual([target])
    expect(world.log.overlaps).toEqual([])
    expect(world.log.tenures.filter(({ policy }) => policy === SERVE).map((tenure) => tenure.host)).toEqual([
      leader,
      target,
    ])
  })
})
