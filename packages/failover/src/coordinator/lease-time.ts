import type { Bound } from '../config/bounds/types.js'
import type { GroupConfig } from '../config/types.js'
import { failoverBound } from './chain.js'

/** The bound of a failover if the cluster grants `ttlMs`; of the configured time where another coordinator decides. */
export function boundWithTtl(config: GroupConfig, policy: string, ttlMs: number): Bound {
  const { coordinator } = config
  if (coordinator.kind !== 'etcd') return failoverBound(config, policy)
  return failoverBound({ ...config, coordinator: { ...coordinator, ttlSeconds: ttlMs / 1000 } }, policy)
}
