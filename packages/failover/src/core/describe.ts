import { actUntilMs } from './acting.js'
import type { HostDecision, PolicyDecision, PolicySettings } from './api.js'
import { ineligibility } from './eligibility.js'
import { holdDownOf } from './history.js'
import type { PolicyTurn } from './policy-turn.js'
import { hasOpenGrant, leaderAmong } from './rivals.js'
import { NEVER, type PolicyState } from './state.js'
import type { Claim, ClaimState, Mode, Transition } from './types.js'
import { chainMode, hasVisiblePeer, type View } from './view.js'

/** What this host says of itself for one policy from this turn on. */
export function claimOf({ view, policy }: PolicyTurn, own: PolicyState): Claim {
  const reason = ineligibility(view, policy, own)
  return {
    state: stateOf(own),
    epoch: own.tenure.phase === 'none' ? followed(view, policy) : own.tenure.epoch,
    mode: modeOf(view, own),
    isEligible: reason === null,
    reason,
    lagMs: own.health?.lagMs ?? 0,
    candidacy: own.candidacies,
    grantedTo: hasOpenGrant(own, view.nowMs) ? (own.grant?.target ?? null) : null,
  }
}

export function stateOf({ tenure, candidateSinceMs }: PolicyState): ClaimState {
  if (tenure.phase !== 'none') return tenure.phase
  return candidateSinceMs === null ? 'standby' : 'candidate'
}

/** The leader that this host sees, or that the living host above it follows: that one waits with reason (D7). */
function followed(view: View, policy: PolicySettings): bigint | null {
  const leader = leaderAmong(view, policy)
  if (leader) return leader.claim.epoch
  const above = policy.chain.slice(0, Math.max(0, policy.chain.indexOf(view.settings.self)))
  const waiting = above.find((host) => {
    const claim = view.state.hosts[host]?.claims[policy.name]
    return view.lives[host]?.isAlive && claim?.isEligible && claim.epoch !== null
  })
  return waiting === undefined ? null : (view.state.hosts[waiting]?.claims[policy.name]?.epoch ?? null)
}

function modeOf(view: View, own: PolicyState): Mode {
  if (view.settings.coordinator.kind === 'etcd') return own.lease.sentMs === null ? 'ISOLATED' : 'LEASED'
  const isActing = own.tenure.phase !== 'none' || own.candidateSinceMs !== null
  return chainMode(isActing ? view.standing : view.standbyStanding, hasVisiblePeer(view))
}

export function decisionOf(turn: PolicyTurn, own: PolicyState): PolicyDecision {
  const { view, policy, cause } = turn
  const { claim, tenure } = own
  const isMaster = tenure.phase === 'acting'
  return {
    policy: policy.name,
    claim,
    role: isMaster ? 'master' : 'standby',
    mode: claim.mode,
    standing: isMaster ? view.standing : view.standbyStanding,
    actUntilMs: isMaster ? actUntilMs(turn, own) : null,
    leader: leaderOf(turn, own),
    rule: cause?.rule ?? null,
    // What does not come about by itself has no time.
    holdDown: isMaster && policy.failback === 'auto' ? holdDownOf(view, policy, own) : null,
    hosts: Object.fromEntries(Object.keys(view.lives).map((host) => [host, hostDecision(view, policy, host)])),
  }
}

function leaderOf({ view, policy }: PolicyTurn, { tenure, claim }: PolicyState): PolicyDecision['leader'] {
  if (tenure.phase === 'acting') return { host: view.settings.self, epoch: tenure.epoch, mode: claim.mode }
  const leader = leaderAmong(view, policy)
  return leader?.claim.epoch ? { host: leader.host, epoch: leader.claim.epoch, mode: leader.claim.mode } : null
}

function hostDecision(view: View, policy: PolicySettings, host: string): HostDecision {
  const life = view.lives[host]
  const claim = view.state.hosts[host]?.claims[policy.name]
  const isAlive = life?.isAlive ?? false
  return {
    isAlive,
    isVisible: life?.isVisible ?? false,
    isEligible: isAlive && (claim?.isEligible ?? false),
    reason: isAlive ? (claim?.reason ?? null) : 'silent',
    lastHeardMs: ageOf(view, host),
    state: isAlive ? (claim?.state ?? null) : null,
    lagMs: isAlive ? (claim?.lagMs ?? null) : null,
  }
}

function ageOf(view: View, host: string): number | null {
  const signMs = view.lives[host]?.signMs ?? NEVER
  return signMs === NEVER ? null : view.nowMs - signMs
}

/** A line of the history, if the role has changed in this turn. */
export function transitionOf(turn: PolicyTurn, before: PolicyState, own: PolicyState): Transition | null {
  const { view, policy, cause } = turn
  const from = stateOf(before)
  const to = stateOf(own)
  if (from === to) return null
  return {
    policy: policy.name,
    from,
    to,
    epoch: own.tenure.phase === 'none' ? null : own.tenure.epoch,
    mode: own.claim.mode,
    rule: cause?.rule ?? 'runner',
    reason: cause?.reason ?? (to === 'standby' ? 'nothing runs any more' : ''),
    heard: Object.fromEntries(Object.keys(view.lives).map((host) => [host, ageOf(view, host)])),
    phasesMs: phasesOf(view, before),
  }
}

/** How long the phase lasted that ended. */
function phasesOf({ nowMs }: View, { tenure, candidateSinceMs }: PolicyState): Record<string, number> {
  if (tenure.phase === 'stopping') return { stop: nowMs - tenure.sinceMs }
  if (tenure.phase === 'acting') return { lead: nowMs - tenure.sinceMs }
  return candidateSinceMs === null ? {} : { confirm: nowMs - candidateSinceMs }
}
