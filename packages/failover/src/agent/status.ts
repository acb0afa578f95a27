import type { NodeChannel } from '../channel/types.js'
import type { GroupConfig, PolicyConfig } from '../config/types.js'
import type { HostDecision, PolicyDecision } from '../core/api.js'
import type { ClaimState, Pause } from '../core/types.js'
import { formatEpoch } from '../epoch.js'
import type { BreathState, Diagnosis } from './ports.js'

/** What `status`, the page and the HTTP endpoint show: spec three-mirror 3.3. */
export interface FailoverStatus {
  readonly group: string
  readonly self: string
  readonly configDigest: string
  readonly upMs: number
  readonly policies: Readonly<Record<string, PolicyStatus>>
  readonly hosts: Readonly<Record<string, HostStatus>>
  readonly witnesses: Readonly<Record<string, WitnessStatus>>
  readonly coordinator: string
  readonly breathing: BreathState | null
  readonly pause: Pause | null
  /** Longest time between two turns of the decision loop in the last minute. */
  readonly loopGapMs: number
}

export interface PolicyStatus {
  readonly chain: readonly string[]
  readonly failback: PolicyConfig['failback'] | null
  readonly role: PolicyDecision['role']
  readonly state: PolicyDecision['claim']['state']
  readonly mode: PolicyDecision['mode']
  readonly standing: PolicyDecision['standing']
  readonly isEligible: boolean
  readonly reason: string | null
  readonly leader: {
    readonly host: string
    readonly mode: string
    readonly epoch: string
    readonly epochText: string
  } | null
  readonly epoch: string | null
  readonly since: string | null
  /** Until this host stops by itself unless it is asked again: of its lease or its standing. Null: it does not act, or for ever. */
  readonly leaseRemainingMs: number | null
  readonly holdDown: PolicyDecision['holdDown']
  readonly boundMs: number
  readonly lastTransitions: readonly unknown[]
}

export interface HostStatus {
  readonly isSelf: boolean
  readonly isAlive: boolean
  readonly lastHeardMs: number | null
  readonly rttMs: number | null
  /** Why the last connection was refused, if it was. */
  readonly refusal: string | null
  readonly isEligible: Readonly<Record<string, boolean>>
  /** By policy, what it says that it does; null while it is silent. */
  readonly states: Readonly<Record<string, ClaimState | null>>
  readonly reason: string | null
  /** How far its state is behind that of the others; null while it is silent. */
  readonly lagMs: number | null
  readonly probes: Diagnosis | null
}

export interface WitnessStatus {
  readonly isAnswering: boolean
  readonly lastAnswerMs: number | null
}

export interface StatusInit {
  readonly config: GroupConfig
  readonly self: string
  readonly nowMs: number
  readonly upMs: number
  readonly decisions: readonly PolicyDecision[]
  readonly boundsMs: Readonly<Record<string, number>>
  readonly since: Readonly<Record<string, string>>
  readonly peers: ReturnType<NodeChannel['describe']>
  readonly witnesses: Readonly<Record<string, WitnessStatus>>
  readonly breathing: BreathState | null
  readonly pause: Pause | null
  readonly loopGapMs: number
  readonly diagnoses: Readonly<Record<string, Diagnosis>>
  readonly transitions: (policy: string) => readonly unknown[]
}

export function statusOf(init: StatusInit): FailoverStatus {
  const { config, self } = init
  return {
    group: config.group,
    self,
    configDigest: config.digest,
    upMs: init.upMs,
    policies: Object.fromEntries(init.decisions.map((decision) => [decision.policy, policyStatus(init, decision)])),
    hosts: Object.fromEntries(Object.keys(config.hosts).map((host) => [host, hostStatus(init, host)])),
    witnesses: init.witnesses,
    coordinator: config.coordinator.kind,
    breathing: init.breathing,
    pause: init.pause,
    loopGapMs: init.loopGapMs,
  }
}

function policyStatus(init: StatusInit, decision: PolicyDecision): PolicyStatus {
  const { policy, claim, role, mode, standing, leader, holdDown } = decision
  const chain = init.config.policies[policy]?.chain ?? []
  return {
    chain,
    failback: init.config.policies[policy]?.failback ?? null,
    role,
    state: claim.state,
    mode,
    standing,
    isEligible: claim.isEligible,
    reason: claim.reason,
    leader: leader && {
      host: leader.host,
      mode: leader.mode,
      epoch: String(leader.epoch),
      epochText: formatEpoch(leader.epoch, chain),
    },
    epoch: claim.epoch === null ? null : String(claim.epoch),
    since: init.since[policy] ?? null,
    leaseRemainingMs: remainingOf(decision, init.nowMs),
    holdDown,
    boundMs: init.boundsMs[policy] ?? 0,
    lastTransitions: init.transitions(policy),
  }
}

function remainingOf({ actUntilMs }: PolicyDecision, nowMs: number): number | null {
  if (actUntilMs === null || !Number.isFinite(actUntilMs)) return null
  return Math.max(0, Math.round(actUntilMs - nowMs))
}

function hostStatus(init: StatusInit, host: string): HostStatus {
  const isSelf = host === init.self
  const known = init.decisions
    .map(({ hosts }) => hosts[host])
    .filter((view): view is HostDecision => view !== undefined)
  const [first] = known
  return {
    isSelf,
    isAlive: isSelf || first?.isAlive === true,
    lastHeardMs: isSelf ? 0 : (first?.lastHeardMs ?? null),
    rttMs: init.peers[host]?.rttMs ?? null,
    refusal: init.peers[host]?.lastRefusal ?? null,
    isEligible: Object.fromEntries(
      init.decisions.map(({ policy, claim, hosts }) => [policy, (isSelf ? claim : hosts[host])?.isEligible ?? false]),
    ),
    states: Object.fromEntries(
      init.decisions.map(({ policy, claim, hosts }) => [policy, (isSelf ? claim : hosts[host])?.state ?? null]),
    ),
    reason: isSelf ? reasonOf(init.decisions.map(({ claim }) => claim)) : reasonOf(known),
    lagMs: isSelf ? lagOf(init.decisions.map(({ claim }) => claim)) : lagOf(known),
    probes: init.diagnoses[host] ?? null,
  }
}

/** The largest of what is known; null where nothing is. */
function lagOf(views: readonly { readonly lagMs: number | null }[]): number | null {
  const known = views.map(({ lagMs }) => lagMs).filter((lagMs) => lagMs !== null)
  return known.length === 0 ? null : Math.max(...known)
}

function reasonOf(views: readonly { readonly reason: string | null }[]): string | null {
  return views.find(({ reason }) => reason !== null)?.reason ?? null
}
