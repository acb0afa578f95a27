import type { RandomSource } from '@montana/foundation'
import { policyKeys } from '../../coordinator/etcd/snapshot.js'
import type { Network } from '../network.js'
import type { SimHost } from '../sim-host.js'
import { SimCoordinator } from './sim-coordinator.js'
import { etcdEnd, type SimEtcd, type SimEtcdMember } from './sim-etcd.js'
import { type Exchange, SimPolicyStore } from './sim-policy-store.js'

const LEASE_IDS = 2 ** 48

interface Around {
  readonly network: Network
  readonly random: RandomSource
}

/** The coordinators of one life of a host, one per policy that it may lead, each looking at the cluster from now on. */
export function coordinatorsOf(host: SimHost, etcd: SimEtcd, around: Around): ReadonlyMap<string, SimCoordinator> {
  const policies = Object.values(host.settings.policies).filter(({ chain }) => chain.includes(host.name))
  const coordinators = new Map(policies.map(({ name }) => [name, coordinatorOf(host, name, etcd, around)]))
  const lookAgain = host.inThisLife(() => {
    for (const coordinator of coordinators.values()) coordinator.look()
  })
  watch(host.name, etcd, around.network, lookAgain)
  return coordinators
}

function coordinatorOf(host: SimHost, policy: string, etcd: SimEtcd, { network, random }: Around): SimCoordinator {
  const { settings, name } = host
  const { coordinator, group } = settings
  const keys = policyKeys(group, policy)
  const time = { nowMs: () => host.nowMs, later: (delayMs: number, run: () => void) => host.later(delayMs, run) }
  const members = [...etcd.members.values()]
  return new SimCoordinator({
    ...time,
    host: name,
    chain: settings.policies[policy]?.chain ?? [],
    keys,
    ttlMs: coordinator.kind === 'etcd' ? coordinator.ttlMs : 0,
    store: new SimPolicyStore({ ...time, keys, members, exchange: exchangeOf(host, network) }),
    newLeaseId: () => BigInt(1 + Math.floor(random.next() * LEASE_IDS)),
    emit: (lease) => host.observe({ kind: 'lease', policy, atMs: host.nowMs, lease }),
  })
}

/** The life that asked is the one that gets the answer. */
function exchangeOf(host: SimHost, network: Network): Exchange {
  return <T>(member: SimEtcdMember, run: (member: SimEtcdMember) => T | null, done: (answer: T) => void) => {
    let answer: T | null = null
    const back = host.inThisLife(() => {
      if (answer !== null) done(answer)
    })
    network.send(host.name, etcdEnd(member.name), () => {
      answer = run(member)
      if (answer !== null) network.send(etcdEnd(member.name), host.name, back)
    })
  }
}

/** A change is told to whoever watches, by a member that it reaches. */
function watch(host: string, etcd: SimEtcd, network: Network, tell: () => void): void {
  etcd.watchers.set(host, () => {
    const member = [...etcd.members.values()].find(({ isSound }) => isSound)
    if (member) network.send(etcdEnd(member.name), host, tell)
  })
}
