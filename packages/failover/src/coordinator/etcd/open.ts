import type { Logger } from '@montana/foundation'
import type { GroupConfig } from '../../config/types.js'
import { EtcdCluster, type EtcdConfig } from './cluster.js'
import { EtcdCoordinator } from './coordinator.js'
import { CoordinatorLeasePort } from './lease-port.js'

export interface EtcdLeases {
  /** One per policy whose chain has this host. */
  readonly leases: Readonly<Record<string, CoordinatorLeasePort>>
  close(): Promise<void>
}

/**
 * The leases of all policies of host `self` over one set of connections. They observe at once. Throws ConfigError for a
 * file that cannot be read.
 */
export async function openEtcdLeases(
  config: GroupConfig,
  etcd: EtcdConfig,
  self: string,
  modules: { readonly nowMs: () => number; readonly logger: Logger },
): Promise<EtcdLeases> {
  const cluster = await EtcdCluster.open(etcd)
  const own = Object.values(config.policies).filter(({ chain }) => chain.includes(self))
  const ports = own.map(({ name: policy }) => {
    const coordinator = new EtcdCoordinator({ config, etcd, policy, self }, { ...modules, cluster })
    return [policy, new CoordinatorLeasePort(coordinator, modules)] as const
  })
  const close = async () => {
    await Promise.all(ports.map(([, port]) => port.close()))
    cluster.close()
  }
  return { leases: Object.fromEntries(ports), close }
}
