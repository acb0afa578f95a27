import type { Bound } from '../config/bounds/types.js'
import { ETCD_EXPIRY_MS } from '../config/constants.js'
import type { GroupConfig } from '../config/types.js'
import { failoverBound } from './chain.js'

/** Two hosts whose clocks count differently fast, by 1 % at most. Spec three-mirror 6.2 and 10.5. */
const CLOCK_RATE = 0.99
/** One turn of the decision loop: so late an end of the lease may be noticed. Spec three-mirror 4. */
const TURN_MS = 250
/** Between the hosts that may ask for a free lease. Spec three-mirror 6.2. */
const CAMPAIGN_STEP_MS = 500

/** Last instant, on the clock of `sentAtMs`, at which a service under this lease may act. Spec three-mirror 6.2. */
export function lastInstantToActMs(
  { sentAtMs, ttlMs }: { readonly sentAtMs: number; readonly ttlMs: number },
  killBudgetMs: number,
): number {
  return sentAtMs + CLOCK_RATE * ttlMs - TURN_MS - killBudgetMs
}

/** How long `self` waits before it asks for a free lease; null: not of the chain, or not eligible itself. */
export function campaignDelayMs(
  chain: readonly string[],
  self: string,
  liveEligible: ReadonlySet<string>,
): number | null {
  const place = chain.indexOf(self)
  if (place < 0 || !liveEligible.has(self)) return null
  return chain.slice(0, place).filter((host) => liveEligible.has(host)).length * CAMPAIGN_STEP_MS
}

/** The bound of a failover if the cluster grants `ttlMs`; of the configured time where another coordinator decides. */
export function boundWithTtl(config: GroupConfig, policy: string, ttlMs: number): Bound {
  const { coordinator } = config
  if (coordinator.kind !== 'etcd') return failoverBound(config, policy)
  return failoverBound({ ...config, coordinator: { ...coordinator, ttlSeconds: ttlMs / 1000 } }, policy)
}

export interface Expiry {
  readonly earliestMs: number
  readonly latestMs: number
}

/**
 * From the sending of the last renewal to the end of the lease in the cluster, as the bound counts it; `isShared`: its
 * leader dies too. The first is certain. The second is not: each vote that is split adds an election.
 */
export function expiryMs(ttlMs: number, isShared: boolean): Expiry {
  return { earliestMs: ttlMs, latestMs: ttlMs + (isShared ? ETCD_EXPIRY_MS.shared : ETCD_EXPIRY_MS.apart) }
}
