import { giveGrant, onPrepared, stopForHandover } from './handover.js'
import { alert, type PolicyTurn } from './policy-turn.js'
import type { PolicyState } from './state.js'
import { endTenure, stopTenure } from './tenure.js'
import type { RunnerEvent } from './types.js'

/** What the runner has finished since the last turn, in its order. Spec 10.2. */
export function runnerEvents(turn: PolicyTurn, own: PolicyState): PolicyState {
  return own.events.reduce<PolicyState>((next, event) => onEvent(turn, next, event), { ...own, events: [] })
}

function onEvent(turn: PolicyTurn, own: PolicyState, event: RunnerEvent): PolicyState {
  switch (event.kind) {
    case 'promoted':
      return onPromoted(turn, own, event.epoch)
    case 'promote-failed':
      return onPromoteFailed(turn, own, event)
    case 'demoted':
      return onDemoted(turn, own)
    case 'demote-failed':
      return onDemoteFailed(turn, own, event.reason)
    case 'prepared':
      return onPrepared(turn, own)
    case 'quiesced':
      return stopForHandover(turn, own)
  }
}

function onPromoted(turn: PolicyTurn, own: PolicyState, epoch: bigint): PolicyState {
  const { tenure } = own
  if (tenure.phase !== 'acting' || tenure.epoch !== epoch) return own
  const { policy, view, effects } = turn
  if (tenure.grantedBy !== null) {
    effects.push({ kind: 'send', host: tenure.grantedBy, message: { type: 'done', policy: policy.name, epoch } })
  }
  return { ...own, tenure: { ...tenure, promotedMs: view.nowMs } }
}

type Failed = Extract<RunnerEvent, { kind: 'promote-failed' }>

function onPromoteFailed(turn: PolicyTurn, own: PolicyState, { epoch, reason }: Failed): PolicyState {
  if (own.tenure.phase !== 'acting' || own.tenure.epoch !== epoch) return own
  return stopTenure(turn, own, { rule: 'D4', reason: `promotion failed: ${reason}`, isBackedOff: true })
}

/** Also once after the start, for whatever an earlier life left running. */
function onDemoted(turn: PolicyTurn, own: PolicyState): PolicyState {
  if (own.tenure.phase === 'acting') return own
  if (own.tenure.phase === 'none') return { ...own, isClean: true }
  return giveGrant(turn, endTenure(turn, own))
}

function onDemoteFailed(turn: PolicyTurn, own: PolicyState, reason: string): PolicyState {
  alert(turn, 'DEMOTE_FAILED', `the service of ${turn.policy.name} could not be stopped: ${reason}`)
  turn.effects.push({ kind: 'fence-local', policy: turn.policy.name })
  return own
}
