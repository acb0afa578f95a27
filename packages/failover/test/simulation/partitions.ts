import { expect } from 'vitest'
import type { GroupConfig } from '../../src/settings.js'
import { etcdEnd } from '../../src/simulation/etcd/sim-etcd.js'
import type { World } from '../../src/simulation/world.js'
import { anySet, HOSTS as PLACES, partitions } from '../core/support/positions.js'
import { leadersIn, startedWorld } from './support.js'

/** Long enough for a lease to end and for another host to act. */
const SETTLED_MS = 10_000

type Islands = readonly (readonly string[])[]

/** Each partition of the hosts that is chosen, with every set of its islands that reaches etcd, and its end. */
export async function checkPartitions(config: GroupConfig, isChosen: (islands: Islands) => boolean): Promise<void> {
  const hosts = Object.keys(config.hosts)
  const named = partitions(PLACES).map((islands) => islands.map((island) => island.map((place) => hosts[place] ?? '')))
  for (const islands of named.filter(isChosen)) {
    for (const reaching of anySet(islands.length)) checkPartition(config, islands, reaching)
    // The event loop of the runner has to turn, or it is taken for dead.
    await new Promise((resolve) => setImmediate(resolve))
  }
}

function checkPartition(config: GroupConfig, islands: Islands, reaching: number): void {
  const world = startedWorld(config, { seed: 1 + reaching })
  const label = `${islands.join(' | ')}, ${reaching}`
  apply(world, islands, reaching)
  world.run(SETTLED_MS)
  expect([label, leadersIn(world).length]).toEqual([label, reaching === 0 ? 0 : 1])
  world.network.healAll()
  world.run(SETTLED_MS)
  expect([label, leadersIn(world).length, world.log.overlaps]).toEqual([label, 1, []])
}

/** `reaching`: the islands that reach the whole cluster, as bits. */
function apply(world: World, islands: Islands, reaching: number): void {
  const islandOf = (host: string) => islands.findIndex((island) => island.includes(host))
  for (const a of world.hosts.keys()) {
    for (const b of world.hosts.keys()) if (islandOf(a) !== islandOf(b)) world.network.setLink(a, b, false)
    const hasEtcd = (reaching & (2 ** islandOf(a))) !== 0
    for (const member of world.etcd?.members.keys() ?? []) world.network.setBoth(a, etcdEnd(member), hasEtcd)
  }
}
