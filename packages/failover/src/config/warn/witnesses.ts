import { canonicalAddress, hostOf } from '../address.js'
import { witnessTimes } from '../bounds/witness-times.js'
import type { GroupConfig, Warning } from '../types.js'

/** What the witnesses of a chain do not give. Spec three-mirror 2 and 7; with etcd the lease decides. */
export function witnessWarnings(config: GroupConfig): Warning[] {
  const { coordinator, witnesses, hosts } = config
  if (coordinator.kind === 'etcd') return coordinator.isShared ? [etcdInside(Object.keys(hosts).length)] : []
  const unsafe = coordinator.withoutWitnesses === 'lead' ? [leadAlone()] : []
  if (witnesses.length === 0) return [noWitness(Object.keys(hosts).length), ...unsafe]
  return [...countWarnings(config), ...quorumWarnings(config), ...insideWarnings(config), ...unsafe]
}

const THREE_OUTSIDE = 'use three fast witnesses on different networks outside the hosts'

function warning(code: string, field: string, message: string, remedy: string): Warning {
  return { code, field, message, remedy }
}

function noWitness(hosts: number): Warning {
  const message = `there is no witness: "${hosts - 1} of ${hosts}" does not hold, without a majority nothing runs`
  return warning('WITNESS_NONE', 'witnesses', message, THREE_OUTSIDE)
}

function leadAlone(): Warning {
  const message = 'without witnesses every island leads: almost every partition gets more than one leader'
  return warning('UNSAFE_LEAD', 'coordinator.withoutWitnesses', message, 'write stop')
}

function countWarnings(config: GroupConfig): Warning[] {
  const { witnesses } = config
  const slow = witnesses.filter((witness) => witnessTimes(witness, config).isSlow)
  const one =
    'there is one witness: a majority and an island that reaches it can both lead, and its loss ends "last one standing"'
  const onlySlow = 'all witnesses are slow: a lone survivor starts late, see the survivor bound'
  return [
    ...(witnesses.length === 1 ? [warning('WITNESS_ONE', 'witnesses', one, THREE_OUTSIDE)] : []),
    ...(slow.length === witnesses.length ? [warning('WITNESS_SLOW', 'witnesses', onlySlow, THREE_OUTSIDE)] : []),
  ]
}

function quorumWarnings({ witnesses, witnessQuorum, unsafeWitnessQuorum }: GroupConfig): Warning[] {
  if (!unsafeWitnessQuorum || witnessQuorum * 2 > witnesses.length) return []
  const message = `a quorum of ${witnessQuorum} of ${witnesses.length} witnesses: two islands can both have one and both lead`
  return [warning('UNSAFE_QUORUM', 'witnessQuorum', message, 'remove unsafeWitnessQuorum')]
}

/** A witness that dies with a host says nothing about the death of that host. */
function insideWarnings({ witnesses, hosts }: GroupConfig): Warning[] {
  const names = new Map(Object.values(hosts).map(({ name, address }) => [canonicalAddress(address), name]))
  return witnesses.flatMap((witness) => {
    const host = witness.kind === 'http' ? names.get(hostOf(witness.url)) : undefined
    if (host === undefined) return []
    return [
      warning('WITNESS_INSIDE', 'witnesses', `witness ${witness.name} is on ${host} and dies with it`, THREE_OUTSIDE),
    ]
  })
}

function etcdInside(hosts: number): Warning {
  const message = `etcd shares the hosts: without a majority of it there is no lease, so "${hosts - 1} of ${hosts}" does not hold`
  return warning('ETCD_INSIDE', 'coordinator.endpoints', message, 'run etcd elsewhere, or use the chain with witnesses')
}
