import { NO_EPOCH, splitEpoch } from '../epoch.js'
import { GRANT_MS, HANDOVER_MS, HANDOVER_RETRY_MS, QUIESCE_MS, REASON_MAX_CHARS, TURN_MS } from './constants.js'
import { isLastResort } from './eligibility.js'
import type { PolicyTurn } from './policy-turn.js'
import { leaderAmong, otherActing } from './rivals.js'
import type { GivenGrant, Handover, PolicyState } from './state.js'
import { stopTenure } from './tenure.js'
import type { Grant } from './types.js'

/** The old leader's side of a move without overlap: ask, wait for the acceptance, quiesce, stop, grant. Spec 10.4. */
export function beginHandover(
  turn: PolicyTurn,
  own: PolicyState,
  { target, reason, isFinal }: Pick<Handover, 'target' | 'reason' | 'isFinal'>,
): PolicyState {
  const { nowMs } = turn.view
  return ask(turn, { ...own, handover: { target, reason, isFinal, phase: 'asked', sinceMs: nowMs, sentMs: nowMs } })
}

function ask(turn: PolicyTurn, own: PolicyState): PolicyState {
  const { tenure, handover } = own
  if (tenure.phase !== 'acting' || !handover) return own
  const { target } = handover
  const reason = handover.reason.slice(0, REASON_MAX_CHARS)
  const message = { type: 'handover', policy: turn.policy.name, epoch: tenure.epoch, reason } as const
  turn.effects.push({ kind: 'send', host: target, message })
  return { ...own, handover: { ...handover, sentMs: turn.view.nowMs } }
}

/** Each turn while a handover is under way: asked again, cut short, given up. */
export function driveHandover(turn: PolicyTurn, own: PolicyState): PolicyState {
  const { handover } = own
  const { nowMs } = turn.view
  if (!handover || own.tenure.phase !== 'acting') return own
  if (handover.phase === 'quiescing') return nowMs - handover.sinceMs >= QUIESCE_MS ? stopForHandover(turn, own) : own
  if (nowMs - handover.sinceMs >= HANDOVER_MS) return giveUp(turn, own, `${handover.target} does not answer`)
  return nowMs - handover.sentMs >= 2 * TURN_MS ? ask(turn, own) : own
}

/** The target does not want it, or is silent. A final handover ends the tenure all the same. */
export function giveUp(turn: PolicyTurn, own: PolicyState, reason: string): PolicyState {
  const { handover } = own
  if (!handover) return own
  const next = { ...own, handover: null, handoverRetryMs: turn.view.nowMs + HANDOVER_RETRY_MS }
  if (!handover.isFinal) return next
  return stopTenure(turn, next, { rule: '10.4', reason: `${handover.reason}; ${reason}`, isGraceful: true })
}

export function onAccepted(turn: PolicyTurn, own: PolicyState, from: string, epoch: bigint): PolicyState {
  const { tenure, handover } = own
  if (tenure.phase !== 'acting' || tenure.epoch !== epoch) return own
  if (handover?.phase !== 'asked' || handover.target !== from) return own
  turn.effects.push({ kind: 'quiesce', policy: turn.policy.name })
  return { ...own, handover: { ...handover, phase: 'quiescing', sinceMs: turn.view.nowMs } }
}

export function stopForHandover(turn: PolicyTurn, own: PolicyState): PolicyState {
  const { handover } = own
  if (handover?.phase !== 'quiescing' || own.tenure.phase !== 'acting') return own
  const next: PolicyState = { ...own, handover: { ...handover, phase: 'stopping' } }
  return stopTenure(turn, next, { rule: '10.4', reason: `${handover.reason}: to ${handover.target}`, isGraceful: true })
}

/** Called when nothing runs any more: the tenure was given away, which is final. */
export function giveGrant(turn: PolicyTurn, own: PolicyState): PolicyState {
  const { handover } = own
  if (handover?.phase !== 'stopping') return own
  const { view, policy, effects, highest } = turn
  const untilMs = view.nowMs + GRANT_MS
  const grant: GivenGrant = {
    target: handover.target,
    counter: splitEpoch(highest).counter + 1,
    untilMs,
    sentMs: view.nowMs,
  }
  if (view.settings.coordinator.kind === 'etcd') {
    effects.push({ kind: 'transfer', policy: policy.name, target: grant.target })
  } else sendGrant(turn, grant)
  return { ...own, handover: null, grant }
}

function sendGrant({ view, policy, effects }: PolicyTurn, { target, counter, untilMs }: GivenGrant): void {
  const validMs = untilMs - view.nowMs
  const grant: Grant = { policy: policy.name, from: view.settings.self, target, counter, validMs }
  effects.push({ kind: 'send', host: target, message: { type: 'grant', grant } })
}

/**
 * A grant may be lost on its way: it is sent again until the target acts or it has expired. One that was taken is over: it
 * counts as an acting host (D5), and would bar the next move for the rest of its time.
 */
export function driveGrant(turn: PolicyTurn, own: PolicyState): PolicyState {
  const { grant } = own
  const { view } = turn
  if (!grant) return own
  if (view.nowMs >= grant.untilMs || isTaken(turn, grant)) return { ...own, grant: null }
  if (view.settings.coordinator.kind === 'etcd' || view.nowMs - grant.sentMs < TURN_MS) return own
  sendGrant(turn, grant)
  return { ...own, grant: { ...grant, sentMs: view.nowMs } }
}

function isTaken({ view, policy }: PolicyTurn, { target, counter }: GivenGrant): boolean {
  const leader = leaderAmong(view, policy)
  return leader?.host === target && splitEpoch(leader.claim.epoch ?? NO_EPOCH).counter >= counter
}

/** The target's side: prepares, then accepts. A question that was answered already is answered again. */
export function onAsked(turn: PolicyTurn, own: PolicyState, from: string, epoch: bigint): PolicyState {
  const { view, policy, effects } = turn
  const refusal = refusalOf(turn, own, from)
  if (refusal !== null) {
    const message = { type: 'refuse', policy: policy.name, epoch, reason: refusal } as const
    effects.push({ kind: 'send', host: from, message })
    return { ...own, offer: null }
  }
  if (own.offer?.from === from && own.offer.epoch === epoch)
    return own.offer.acceptedMs === null ? own : accept(turn, own)
  effects.push({ kind: 'prepare', policy: policy.name })
  return { ...own, offer: { from, epoch, sinceMs: view.nowMs, acceptedMs: null } }
}

/** What would be in the way of the grant is said before the leader stops for it. */
function refusalOf({ view, policy }: PolicyTurn, own: PolicyState, from: string): string | null {
  if (own.tenure.phase !== 'none') return 'acting itself'
  if (view.isPaused) return 'paused'
  const other = otherActing(view, policy, from)
  if (other !== undefined) return `${other} may act`
  const { reason } = own.claim
  return reason === null || isLastResort(reason) ? null : reason
}

export function onPrepared(turn: PolicyTurn, own: PolicyState): PolicyState {
  return own.offer ? accept(turn, own) : own
}

/** For as long as a move can take that this host was asked to be the target of. */
export function isOffered({ offer }: PolicyState, nowMs: number): boolean {
  return offer !== null && nowMs - offer.sinceMs < HANDOVER_MS + GRANT_MS
}

/** What counts is the first acceptance: a grant that comes long after it belongs to a move that is over. */
function accept(turn: PolicyTurn, own: PolicyState): PolicyState {
  const { offer } = own
  if (!offer) return own
  const message = { type: 'accept', policy: turn.policy.name, epoch: offer.epoch } as const
  turn.effects.push({ kind: 'send', host: offer.from, message })
  return { ...own, offer: { ...offer, acceptedMs: offer.acceptedMs ?? turn.view.nowMs } }
}
