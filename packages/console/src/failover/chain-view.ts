import type { FailoverChainView, FailoverLeaderView, FailoverPlaceView } from '../api/failover-views.js'
import type { AgentHost, AgentPolicy, AgentStatus } from './agent-schema.js'
import { byEpoch, claimsOf } from './claims.js'

/** The chain of one policy as all agents together see it; of a host its own agent knows best. Pure. */
export function chainView(policy: string, statuses: readonly AgentStatus[]): FailoverChainView {
  const seen = statuses.flatMap((status) => status.policies[policy] ?? [])
  const [first] = seen
  const leaders = leadersOf(policy, statuses)
  const [leader] = leaders
  const own = leader && statuses.find(({ self }) => self === leader.host)?.policies[policy]
  return {
    policy,
    failback: first?.failback ?? null,
    places: (first?.chain ?? []).map((host) => placeOf(policy, host, statuses)),
    leaders,
    claims: claimsOf(policy, statuses),
    since: own?.since ?? (leader ? sinceOf(leader, seen) : null),
    leaseRemainingMs: own?.leaseRemainingMs ?? null,
    standing: own?.standing ?? null,
    boundMs: Math.max(0, ...seen.map(({ boundMs }) => boundMs)),
    holdDown: own?.holdDown ?? null,
  }
}

function leadersOf(policy: string, statuses: readonly AgentStatus[]): FailoverLeaderView[] {
  const told = statuses.flatMap(({ self, policies }) => {
    const leader = policies[policy]?.leader
    return leader ? [{ ...leader, self }] : []
  })
  // By host as well: an epoch is of one host, and where it is not, that must be seen.
  const leaders = [...Map.groupBy(told, ({ host, epoch }) => `${epoch} ${host}`).values()].flatMap(
    (same): FailoverLeaderView[] => {
      const [first] = same
      if (!first) return []
      const { self: _, ...leader } = first
      return [{ ...leader, seenBy: same.map(({ self }) => self) }]
    },
  )
  return leaders.sort(byEpoch)
}

/** When its agent does not say: the change in which it became one. */
function sinceOf({ host, epoch }: FailoverLeaderView, seen: readonly AgentPolicy[]): string | null {
  const changes = seen.flatMap(({ lastTransitions }) => lastTransitions)
  return changes.find((one) => one.host === host && one.epoch === epoch && one.to === 'acting')?.at ?? null
}

function placeOf(policy: string, host: string, statuses: readonly AgentStatus[]): FailoverPlaceView {
  const own = statuses.find(({ self }) => self === host)
  const view = own?.hosts[host] ?? freshest(host, statuses)
  return {
    host,
    isAlive: view?.isAlive ?? false,
    isEligible: view?.isEligible[policy] ?? false,
    state: own?.policies[policy]?.state ?? view?.states[policy] ?? null,
    reason: own ? (own.policies[policy]?.reason ?? null) : (view?.reason ?? null),
    heardMs: view?.lastHeardMs ?? null,
    isHere: own !== undefined,
  }
}

/** What the agent says of a host that has heard of it last. */
export function freshest(host: string, statuses: readonly AgentStatus[]): AgentHost | undefined {
  const age = ({ lastHeardMs }: AgentHost) => lastHeardMs ?? Number.POSITIVE_INFINITY
  return statuses.flatMap(({ hosts }) => hosts[host] ?? []).sort((a, b) => age(a) - age(b))[0]
}
