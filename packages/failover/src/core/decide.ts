import { NO_EPOCH } from '../epoch.js'
import { actingRules } from './acting.js'
import type { Clock, CoreSettings, PolicyDecision, PolicySettings, Turn } from './api.js'
import { campaign } from './campaign.js'
import { isStalled, withClock, withMemory } from './clock.js'
import { ACTING_PROBE_MS, WITNESS_EVERY_MS } from './constants.js'
import { claimOf, decisionOf, transitionOf } from './describe.js'
import { election } from './election.js'
import { driveGrant, driveHandover, isOffered } from './handover.js'
import { withHistory } from './history.js'
import { isFor, leave, readLetters } from './letters.js'
import type { PolicyTurn, Step } from './policy-turn.js'
import { leaderAmong } from './rivals.js'
import { runnerEvents } from './runner.js'
import type { CoreState, PolicyState } from './state.js'
import { confirmSuspects } from './suspicion.js'
import type { Claim, Effect } from './types.js'
import { type View, viewOf } from './view.js'

/** One turn of the loop: rules over what is known, in the order in which they outrank each other. Spec 4. */
export function decide(known: CoreState, clock: Clock, settings: CoreSettings): Turn<CoreState> {
  const stalled = isStalled(known, settings, clock)
  const started = withMemory(withClock(known, clock, stalled), settings)
  const asked = confirmSuspects(viewOf(started, settings, clock))
  const view = viewOf(asked.state, settings, clock)
  const results = Object.values(settings.policies).map((policy) => decidePolicy(view, policy, stalled))
  const state = joined(asked.state, results)
  const effects = [...(known.lastTurn ? [] : firstTurn(settings)), ...results.flatMap((result) => result.effects)]
  const isNews = results.some(({ isChanged }) => isChanged) || hasNewSuspect(known, asked.state)
  if (isNews) effects.push({ kind: 'announce' })
  return {
    state,
    effects: [...effects, ...asked.effects],
    policies: results.map(({ decision }) => decision),
    ...pace(state, settings, clock),
  }
}

interface PolicyResult {
  readonly policy: string
  readonly own: PolicyState
  readonly highest: bigint
  readonly effects: readonly Effect[]
  readonly decision: PolicyDecision
  readonly isChanged: boolean
}

function decidePolicy(view: View, policy: PolicySettings, isStalled: boolean): PolicyResult {
  const before = view.state.policies[policy.name]
  if (!before) throw new RangeError(`policy ${policy.name} is not of the group`)
  const letters = view.state.inbox.filter((letter) => isFor(policy.name, letter))
  const highest = view.state.highest[policy.name] ?? NO_EPOCH
  const turn: PolicyTurn = { view, policy, isStalled, letters, effects: [], cause: null, highest }
  const decided = stepsFor(view).reduce((own, step) => step(turn, own), before)
  const own = { ...decided, claim: claimOf(turn, decided) }
  const transition = transitionOf(turn, before, own)
  if (transition) turn.effects.push({ kind: 'record', transition })
  // Whoever is to take over needs a standing that is as fresh as a leader's when the grant comes.
  const isNewlyAsked = own.offer !== null && before.offer === null
  const isChanged = isNewlyAsked || isOther(before.claim, own.claim)
  return {
    policy: policy.name,
    own,
    highest: turn.highest,
    effects: turn.effects,
    decision: decisionOf(turn, own),
    isChanged,
  }
}

/** What ends a tenure comes before what could begin one. */
function stepsFor({ settings }: View): readonly Step[] {
  const elect = settings.coordinator.kind === 'etcd' ? campaign : election
  return [runnerEvents, history, actingRules, readLetters, leaveAtEnd, driveHandover, driveGrant, elect]
}

function history(turn: PolicyTurn, own: PolicyState): PolicyState {
  const hasLeader = own.tenure.phase !== 'none' || leaderAmong(turn.view, turn.policy) !== null
  return withHistory(turn.view, turn.policy, own, hasLeader)
}

/** The end of the agent is a planned handover. 10.2. */
function leaveAtEnd(turn: PolicyTurn, own: PolicyState): PolicyState {
  return turn.view.state.isStopping && own.tenure.phase === 'acting' ? leave(turn, own, 'the agent ends') : own
}

function joined(state: CoreState, results: readonly PolicyResult[]): CoreState {
  return {
    ...state,
    inbox: [],
    policies: Object.fromEntries(results.map(({ policy, own }) => [policy, own])),
    highest: { ...state.highest, ...Object.fromEntries(results.map(({ policy, highest }) => [policy, highest])) },
  }
}

/** Starting as standby stops whatever an earlier life left running, once. 10.2. */
function firstTurn({ policies, timing }: CoreSettings): Effect[] {
  return Object.keys(policies).map((policy) => ({
    kind: 'demote',
    policy,
    reason: 'the agent starts as standby',
    budgetMs: timing.killBudgetMs,
    isGraceful: false,
  }))
}

/** S1: at once on a change of state, and when a peer becomes suspect. */
function isOther(a: Claim, b: Claim): boolean {
  return a.state !== b.state || a.isEligible !== b.isEligible || a.grantedTo !== b.grantedTo || a.epoch !== b.epoch
}

function hasNewSuspect(before: CoreState, { hosts }: CoreState): boolean {
  const sinceMs = before.lastTurn?.nowMs ?? 0
  return Object.values(hosts).some(({ suspectSinceMs }) => suspectSinceMs !== null && suspectSinceMs > sinceMs)
}

type Pace = Pick<Turn<CoreState>, 'probeEveryMs' | 'witnessEveryMs'>

function pace({ policies }: CoreState, { timing }: CoreSettings, { nowMs }: Clock): Pace {
  const isBusy = Object.values(policies).some((own) => own.claim.state !== 'standby' || isOffered(own, nowMs))
  return {
    probeEveryMs: isBusy ? Math.min(ACTING_PROBE_MS, timing.intervalMs) : timing.intervalMs,
    witnessEveryMs: isBusy ? ACTING_PROBE_MS : WITNESS_EVERY_MS,
  }
}
