import { RESEND_INTERVAL_MS } from '../constants.js'
import { addVote, publishVote } from './attest.js'
import { grindNext, poolEvidence, receiveEnvelope, receiveTick } from './cement.js'
import type { Effect } from './effects.js'
import type { EngineEvent, SignedEvent } from './events.js'
import { cementOwnDraft, completeDraft, graceMs, isProposer, proposeWhenReady, publishNotice } from './propose.js'
import { publishAtMs, publishConfirmation, publishOwn, publishReveal } from './publish.js'
import { receiveConfirmation, receiveNotice, receiveReveal } from './receive.js'
import { resendTo, resendWhenDue } from './resend.js'
import { Run } from './run.js'
import { type EngineConfig, type EngineState, headOf, isMember } from './state.js'

export interface StepResult {
  readonly state: EngineState
  readonly effects: readonly Effect[]
  /** When to send a `wake` event if nothing else happens, monotonic ms. */
  readonly wakeAtMs: number | undefined
}

/** The whole engine: one event in, a new state and an ordered list of effects out. No clock, no I/O, no randomness of its own. */
export function step(config: EngineConfig, state: EngineState, event: EngineEvent): StepResult {
  const run = new Run(config, state, event.nowMs)
  const before = headOf(state)
  apply(run, event)
  if (headOf(run.state) !== before) poolEvidence(run)
  publishOwn(run)
  proposeWhenReady(run)
  resendWhenDue(run)
  return { state: run.state, effects: run.effects, wakeAtMs: nextWake(run) }
}

function apply(run: Run, event: EngineEvent): void {
  switch (event.type) {
    case 'start':
      return start(run)
    case 'tick':
      return receiveTick(run, event.window, event.value)
    case 'peer':
      return resendTo(run, event.peer)
    case 'reveal':
      return receiveReveal(run, event.reveal)
    case 'confirmation':
      return receiveConfirmation(run, event.from, event.confirmation)
    case 'envelope':
      return receiveEnvelope(run, event.candidate, event.from)
    case 'notice':
      return receiveNotice(run, event.from, event.header)
    case 'vote':
      return addVote(run, event.vote)
    case 'signed':
      return applySigned(run, event)
    case 'wake':
      return
  }
}

/** A process that died with a signed draft continues with that draft; otherwise it grinds the next window. */
function start(run: Run): void {
  grindNext(run)
  cementOwnDraft(run)
}

const SIGNED: Record<SignedEvent['kind'], (run: Run, event: SignedEvent) => void> = {
  reveal: publishReveal,
  confirmation: publishConfirmation,
  header: completeDraft,
  notice: publishNotice,
  vote: publishVote,
}

function applySigned(run: Run, event: SignedEvent): void {
  run.doneSigning(event.kind, event.window)
  SIGNED[event.kind](run, event)
}

function nextWake(run: Run): number | undefined {
  const { state, config, nowMs } = run
  if (!isMember(state, config)) return undefined
  const times = [state.resentAtMs + RESEND_INTERVAL_MS]
  if (state.clockValue) times.push(publishAtMs(run))
  if (state.quorumAtMs !== undefined && isProposer(run)) times.push(state.quorumAtMs + graceMs(run))
  const future = times.filter((time) => time > nowMs)
  return future.length === 0 ? undefined : Math.min(...future)
}
