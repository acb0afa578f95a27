import { describe, expect, it } from 'vitest'
import { etcdEnd } from '../../src/simulation/etcd/sim-etcd.js'
import type { World } from '../../src/simulation/world.js'
import { anySet, HOSTS as PLACES, partitions } from '../core/support/positions.js'
import {
  leadersIn,
  leasedGroup,
  RECOVERY_MS,
  SERVE,
  startedWorld,
  subsetsOf,
  untilLeader,
  withFailback,
} from './support.js'

const HOSTS = ['amsterdam', 'moscow', 'almaty', 'spb', 'novosibirsk']
const MINUTE_MS = 60_000
const TIMEOUT_MS = 300_000
/** Long enough for a lease to end and for another host to act. */
const SETTLED_MS = 10_000

/** Islands of hosts by name, and those that reach the whole cluster, as bits. */
function apply(world: World, islands: readonly (readonly string[])[], reaching: number): void {
  const islandOf = (host: string) => islands.findIndex((island) => island.includes(host))
  for (const a of HOSTS) {
    for (const b of HOSTS) if (islandOf(a) !== islandOf(b)) world.network.setLink(a, b, false)
    const hasEtcd = (reaching & (2 ** islandOf(a))) !== 0
    for (const member of world.etcd?.members.keys() ?? []) world.network.setBoth(a, etcdEnd(member), hasEtcd)
  }
}

describe('a lease decides', () => {
  it(
    'every partition of five hosts, and every set of its islands that reaches etcd: one leader where any does, else none',
    async () => {
      const config = await leasedGroup()
      for (const islands of partitions(PLACES)) {
        const names = islands.map((island) => island.map((place) => HOSTS[place] ?? ''))
        for (const reaching of anySet(islands.length)) {
          const world = startedWorld(config, { seed: 1 + reaching })
          apply(world, names, reaching)
          world.run(SETTLED_MS)
          const label = `${names.join(' | ')}, ${reaching}`
          expect([label, leadersIn(world).length]).toEqual([label, reaching === 0 ? 0 : 1])
          world.network.healAll()
          world.run(SETTLED_MS)
          expect([label, leadersIn(world).length, world.log.overlaps]).toEqual([label, 1, []])
        }
      }
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
