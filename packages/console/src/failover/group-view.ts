import type { FailoverBreathView, FailoverGroupView, FailoverObserverView } from '../api/failover-views.js'
import type { AgentStatus } from './agent-schema.js'
import { chainView, freshest } from './chain-view.js'
import { findingsOf, type UnjudgedGroup } from './findings.js'

/** Every group that an agent speaks of, in the order of the agents. Pure. */
export function groupViews(statuses: readonly AgentStatus[], nowMs: number): FailoverGroupView[] {
  return [...Map.groupBy(statuses, ({ group }) => group)].map(([name, own]) => {
    const group = groupView(name, own)
    return { ...group, findings: findingsOf(group, nowMs) }
  })
}

function groupView(group: string, statuses: readonly AgentStatus[]): UnjudgedGroup {
  const policies = new Set(statuses.flatMap((status) => Object.keys(status.policies)))
  const hosts = new Set(statuses.flatMap((status) => Object.keys(status.hosts)))
  const digests = new Set(statuses.map(({ configDigest }) => configDigest))
  return {
    group,
    coordinator: statuses[0]?.coordinator ?? '',
    seenBy: statuses.map(({ self }) => self),
    hasOneConfig: digests.size <= 1,
    chains: [...policies].map((policy) => chainView(policy, statuses)),
    observers: statuses.map(observerView),
    breathing: [...hosts].map((host) => breathView(host, statuses)),
    pause: longestPause(statuses),
  }
}

function longestPause(statuses: readonly AgentStatus[]): FailoverGroupView['pause'] {
  const pauses = statuses.flatMap(({ pause }) => pause ?? [])
  return pauses.sort((a, b) => b.remainingMs - a.remainingMs)[0] ?? null
}

function observerView({ self, hosts, witnesses }: AgentStatus): FailoverObserverView {
  return {
    host: self,
    hosts: Object.entries(hosts).map(([host, { isSelf, isAlive, lastHeardMs, rttMs, refusal, probes }]) => ({
      ...{ host, isSelf, isAlive, rttMs, refusal },
      heardMs: lastHeardMs,
      diagnosis: isAlive ? null : probes,
    })),
    witnesses: Object.entries(witnesses).map(([name, { isAnswering, lastAnswerMs }]) => ({
      ...{ name, isAnswering },
      ageMs: lastAnswerMs,
    })),
  }
}

const UNTOLD = {
  ...{ head: null, lastInhaleAt: null, lastExhaleAt: null, lastError: null },
  ...{ failedCycles: null, unpushedAgeMs: null, conflicts: null, slowest: null },
}

function breathView(host: string, statuses: readonly AgentStatus[]): FailoverBreathView {
  const own = statuses.find(({ self }) => self === host)
  if (!own) return { host, state: 'unknown', lagMs: freshest(host, statuses)?.lagMs ?? null, ...UNTOLD }
  if (!own.breathing) return { host, state: 'off', lagMs: null, ...UNTOLD }
  const { head, lagMs, cycle } = own.breathing
  if (!cycle) return { host, state: 'breathing', lagMs, ...UNTOLD, head }
  const { lagByHostMs, ...rest } = cycle
  return { host, state: 'breathing', lagMs, head, ...rest, slowest: slowestOf(lagByHostMs) }
}

function slowestOf(lagByHostMs: Readonly<Record<string, number>>): FailoverBreathView['slowest'] {
  const [first] = Object.entries(lagByHostMs).sort(([, a], [, b]) => b - a)
  return first && first[1] > 0 ? { host: first[0], lagMs: first[1] } : null
}
