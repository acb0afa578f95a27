import type { PeerRegistry } from '../../channel/types.js'
import type { GroupConfig, Warning } from '../types.js'
import { domainWarnings } from './domains.js'
import { witnessWarnings } from './witnesses.js'

/** Allowed, but weaker than one may think. Spec three-mirror 2. */
export function groupWarnings(config: GroupConfig): Warning[] {
  return [
    ...chainWarnings(config),
    ...domainWarnings(config),
    ...witnessWarnings(config),
    ...standbyWarnings(config),
    ...selfWarnings(config),
  ]
}

/** Hosts that nobody can verify: their connections will be refused. */
export function registryWarnings({ hosts }: GroupConfig, registry: PeerRegistry): Warning[] {
  return Object.keys(hosts)
    .filter((host) => !registry.keysOf(host).some(({ isRevoked }) => !isRevoked))
    .map((host) => ({
      code: 'HOST_UNREGISTERED',
      field: `hosts.${host}`,
      message: `${host} has no valid key in the registry: its connections will be refused`,
      remedy: 'add its public key to the registry and sign it',
    }))
}

/** In the seeds, if only one host survived, nothing served or nothing decided (1.1). */
function chainWarnings({ hosts, policies }: GroupConfig): Warning[] {
  return Object.values(policies).flatMap(({ name, chain }) => {
    const missing = Object.keys(hosts).filter((host) => !chain.includes(host))
    if (missing.length === 0) return []
    const message = `${missing.join(', ')} can never hold ${name}: if nobody else survives, nobody does`
    return [
      {
        code: 'CHAIN_PARTIAL',
        field: `policies.${name}.chain`,
        message,
        remedy: 'name every host, the least wanted last',
      },
    ]
  })
}

/** Units and commands have no step before their start; they are started cold whatever the file says. */
function standbyWarnings({ services }: GroupConfig): Warning[] {
  return Object.values(services)
    .filter(({ standby, run }) => standby === 'warm' && !('http' in run && run.http.prepare !== undefined))
    .map(({ name }) => ({
      code: 'STANDBY_COLD',
      field: `services.${name}.standby`,
      message: `service ${name} is started cold: nothing of it can be prepared on a standby`,
      remedy: 'run it by http with prepare, or say cold',
    }))
}

function selfWarnings({ self }: GroupConfig): Warning[] {
  if (self === null) return []
  const message = 'self makes this file differ from those of the other hosts: an alarm, and planned moves are blocked'
  return [{ code: 'SELF_IN_FILE', field: 'self', message, remedy: 'remove it and set MONTANA_NODE_NAME on each host' }]
}
