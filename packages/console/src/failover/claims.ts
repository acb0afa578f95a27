import type { FailoverClaimView } from '../api/failover-views.js'
import type { AgentPolicy, AgentStatus } from './agent-schema.js'
import { type AskedStatus, answered } from './ask.js'
import { epochText } from './epoch-text.js'

interface HasEpoch {
  readonly epoch: string
}

/** Highest first. */
export function byEpoch(a: HasEpoch, b: HasEpoch): number {
  const difference = BigInt(b.epoch) - BigInt(a.epoch)
  return difference > 0n ? 1 : difference < 0n ? -1 : 0
}

/**
 * Agents that say of their own host that it acts for a policy: from the start of its promotion to the end of its demotion,
 * spec three-mirror 4. Two agents of one name are two. Pure.
 */
export function claimsOf(policy: string, statuses: readonly AgentStatus[]): FailoverClaimView[] {
  const claims = statuses.flatMap(({ self, policies }) => {
    const own = policies[policy]
    return own ? claimOf(self, own) : []
  })
  return claims.sort(byEpoch)
}

function claimOf(host: string, own: AgentPolicy): FailoverClaimView[] {
  const { state, mode, standing, since, leaseRemainingMs, chain, leader } = own
  const epoch = own.epoch ?? (leader?.host === host ? leader.epoch : null)
  if (epoch === null || (state !== 'acting' && state !== 'stopping')) return []
  return [{ host, state, epoch, epochText: epochText(epoch, chain), mode, standing, since, leaseRemainingMs }]
}

/** Two of one group claim one policy. */
export function hasConflict(asked: readonly AskedStatus[]): boolean {
  const groups = Map.groupBy(
    answered(asked).map(({ value }) => value),
    ({ group }) => group,
  )
  return [...groups.values()].some((statuses) => {
    const policies = new Set(statuses.flatMap((status) => Object.keys(status.policies)))
    return [...policies].some((policy) => claimsOf(policy, statuses).length > 1)
  })
}
