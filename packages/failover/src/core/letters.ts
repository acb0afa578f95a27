import { NO_EPOCH, splitEpoch } from '../epoch.js'
import { GRANT_MS } from './constants.js'
import { ineligibility, isLastResort } from './eligibility.js'
import { beginHandover, giveUp, onAccepted, onAsked } from './handover.js'
import type { PolicyTurn } from './policy-turn.js'
import { otherActing, rivalsOf } from './rivals.js'
import type { Letter, PolicyState } from './state.js'
import { startTenure, stopTenure } from './tenure.js'
import type { Grant, HandoverMessage, OperatorCommand } from './types.js'

/** Messages of peers and commands of the operator that concern this policy, in the order of their arrival. */
export function readLetters(turn: PolicyTurn, own: PolicyState): PolicyState {
  return turn.letters.reduce((next, letter) => onLetter(turn, next, letter), own)
}

export function isFor(policy: string, letter: Letter): boolean {
  if (letter.kind === 'command') return letter.command.kind !== 'promote' || letter.command.policy === policy
  const { message } = letter
  return (message.type === 'grant' ? message.grant.policy : message.policy) === policy
}

function onLetter(turn: PolicyTurn, own: PolicyState, letter: Letter): PolicyState {
  return letter.kind === 'message'
    ? onMessage(turn, own, letter.from, letter.message)
    : onCommand(turn, own, letter.command)
}

function onMessage(turn: PolicyTurn, own: PolicyState, from: string, message: HandoverMessage): PolicyState {
  switch (message.type) {
    case 'handover':
      return onAsked(turn, own, from, message.epoch)
    case 'accept':
      return onAccepted(turn, own, from, message.epoch)
    case 'refuse':
      return own.handover?.phase === 'asked' && own.handover.target === from
        ? giveUp(turn, own, `${from} refuses: ${message.reason}`)
        : own
    case 'grant':
      return onGrant(turn, own, from, message.grant)
    case 'done':
      return own
  }
}

/** One tenure per acceptance, at once or never; with standing, and while nobody else acts than the one who granted it. */
function onGrant(turn: PolicyTurn, own: PolicyState, from: string, grant: Grant): PolicyState {
  const { view, policy } = turn
  const acceptedMs = own.offer?.from === from ? own.offer.acceptedMs : null
  if (acceptedMs === null || grant.target !== view.settings.self || own.tenure.phase !== 'none') return own
  // A late copy of the grant of an earlier move, while its giver still acts.
  if (grant.counter <= splitEpoch(own.offer?.epoch ?? NO_EPOCH).counter) return own
  const isOpen = view.nowMs - acceptedMs < GRANT_MS && grant.validMs > 0
  const isHindered = otherActing(view, policy, from) !== undefined
  const reason = ineligibility(view, policy, own)
  const isAble = (reason === null || isLastResort(reason)) && view.standing !== 'none' && !view.isPaused
  if (!isOpen || isHindered || !isAble) return { ...own, offer: null }
  return startTenure(turn, own, {
    rule: '10.4',
    reason: `handed over by ${from}`,
    counter: grant.counter,
    grantedBy: from,
  })
}

function onCommand(turn: PolicyTurn, own: PolicyState, command: OperatorCommand): PolicyState {
  if (command.kind === 'step-down') return stepDown(turn, own, command.forMs, command.reason)
  return command.kind === 'promote' ? onPromote(turn, own, command) : own
}

/** A handover if this host leads; else the target takes part in the election, by force without back-off. */
function onPromote(
  turn: PolicyTurn,
  own: PolicyState,
  command: Extract<OperatorCommand, { kind: 'promote' }>,
): PolicyState {
  const { host, reason, isForced } = command
  const { self } = turn.view.settings
  const isMove = own.tenure.phase === 'acting' && host !== self && own.handover === null
  if (isMove) return beginHandover(turn, own, { target: host, reason: `promote ${host}: ${reason}`, isFinal: false })
  if (host !== self || own.tenure.phase !== 'none') return own
  const backOff = isForced ? { untilMs: Number.NEGATIVE_INFINITY, failures: 0 } : own.backOff
  return { ...own, backOff, steppedDownUntilMs: Number.NEGATIVE_INFINITY, retryAtMs: Number.NEGATIVE_INFINITY }
}

function stepDown(turn: PolicyTurn, own: PolicyState, forMs: number, reason: string): PolicyState {
  const next = { ...own, steppedDownUntilMs: turn.view.nowMs + forMs }
  return own.tenure.phase === 'acting' ? leave(turn, next, `step-down: ${reason}`) : next
}

/** Gives the tenure to the first eligible host, or ends it if there is none. */
export function leave(turn: PolicyTurn, own: PolicyState, reason: string): PolicyState {
  if (own.handover) return own.handover.isFinal ? own : { ...own, handover: { ...own.handover, isFinal: true } }
  const { view, policy } = turn
  const target = rivalsOf(view, policy).find(({ host, isEligible }) => isEligible && view.lives[host]?.isVisible)
  if (target && !view.isPaused) return beginHandover(turn, own, { target: target.host, reason, isFinal: true })
  return stopTenure(turn, own, { rule: '10.4', reason, isGraceful: true })
}
