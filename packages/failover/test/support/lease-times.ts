import { ETCD_EXPIRY_MS } from '../../src/config/constants.js'
import { leaseDeadlineMs } from '../../src/core/observe-lease.js'
import { NO_LEASE } from '../../src/core/state.js'

/** By the rule of the core itself. */
export function lastInstantToActMs(sentMs: number, ttlMs: number, killBudgetMs: number): number {
  return leaseDeadlineMs({ ...NO_LEASE, sentMs, ttlMs }, killBudgetMs)
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
