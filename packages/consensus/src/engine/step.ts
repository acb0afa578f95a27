import { RESEND_INTERVAL_MS } from '../constants.js'
import { receiveCandidateVerified, receiveRegistration } from './admission.js'
import { poolEvidence } from './cement.js'
import { receiveProven, receiveTick } from './clock.js'
import { graceMs, keepOwnDraft, trusted } from './draft.js'
import type { Effect } from './effects.js'
import { receiveEnvelope } from './envelope.js'
import type { EngineEvent, SignedEvent } from './events.js'
import { grindNext } from './grind.js'
import { markDisputed } from './misbehaviour.js'
import { ownTurn, proposeByEvidence, publishNotice } from './propose.js'
import { publishAtMs, publishConfirmation, publishOwn, publishReveal } from './publish.js'
import { receiveConfirmation, receiveNotice, receiveReveal } from './receive.js'
import { resendTo, resendWhenDue } from './resend.js'
import { Run } from './run.js'
import { endSilence, receiveStatus } from './silence.js'
import { type EngineConfig, type EngineState, headOf, isMember } from './state.js'
import { receiveCertificate } from './vote/certify.js'
import { keepDraft } from './vote/drafts.js'
import { publishPropose, receivePropose } from './vote/propose.js'
import { resendVotesWhenDue, voteWakes } from './vote/resend.js'
import { advanceVote } from './vote/rounds.js'
import { proposeTimeoutMs } from './vote/timeouts.js'
import { publishVote, receiveVote } from './votes.js'

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
  endSilence(run)
  publishOwn(run)
  if (config.cementing === 'vote') vote(run)
  else proposeByEvidence(run)
  resendWhenDue(run)
  return { state: run.state, effects: run.effects, wakeAtMs: nextWake(run) }
}

/** A cemented window may open the next one in the same step. */
function vote(run: Run): void {
  for (let head = -1; head !== headOf(run.state); ) {
    head = headOf(run.state)
    advanceVote(run)
    if (headOf(run.state) === head) break
    poolEvidence(run)
    publishOwn(run)
  }
  if (isMember(run.state, run.config)) resendVotesWhenDue(run)
}

function apply(run: Run, event: EngineEvent): void {
  switch (event.type) {
    case 'start':
      return start(run)
    case 'tick':
      return receiveTick(run, event.window, event.value)
    case 'proven':
      return receiveProven(run, event)
    case 'peer':
      return resendTo(run, event.peer)
    case 'status':
      return receiveStatus(run, event.nodeId, event.window)
    case 'signed':
      return applySigned(run, event)
    case 'wake':
      return
    default:
      return receive(run, event)
  }
}

type Message = Exclude<EngineEvent, { type: 'start' | 'tick' | 'proven' | 'peer' | 'status' | 'signed' | 'wake' }>

/** What peers say. */
function receive(run: Run, event: Message): void {
  switch (event.type) {
    case 'reveal':
      return receiveReveal(run, event.reveal)
    case 'confirmation':
      return receiveConfirmation(run, event.from, event.confirmation)
    case 'envelope':
      return receiveEnvelope(run, event.candidate, event.from, event.origin)
    case 'notice':
      return receiveNotice(run, event.from, event.header)
    case 'draft':
      return keepDraft(run, event.candidate, event.from)
    case 'propose':
      return receivePropose(run, event.propose, event.from)
    case 'vote':
      return receiveVote(run, event.vote, event.from)
    case 'certificate':
      return receiveCertificate(run, event.certificate, event.from)
    case 'registration':
      return receiveRegistration(run, event.registration, event.from)
    case 'candidateVerified':
      return receiveCandidateVerified(run, event.hash, event.verdict)
    case 'disputed':
      return markDisputed(run, event.window, event.proposerNodeId)
  }
}

/** A process that died with a signed draft continues with that draft, and in the round that it had reached. */
function start(run: Run): void {
  grindNext(run)
  const { own, vote } = run.state
  for (const bytes of [own.lockedDraft, own.draft]) if (bytes) receiveEnvelope(run, trusted(bytes), undefined)
  if (vote.round > 0 && vote.step === 'propose') {
    run.updateVote({ proposeEndsMs: run.nowMs + proposeTimeoutMs(run, vote.round) })
  }
}

/** The own draft goes through the same acceptance as anybody's. */
function completeDraft(run: Run, event: SignedEvent): void {
  const draft = keepOwnDraft(run, event)
  if (draft) receiveEnvelope(run, draft, undefined)
}

const SIGNED: Record<SignedEvent['kind'], (run: Run, event: SignedEvent) => void> = {
  reveal: publishReveal,
  confirmation: publishConfirmation,
  header: completeDraft,
  notice: publishNotice,
  vote: publishVote,
  propose: publishPropose,
}

function applySigned(run: Run, event: SignedEvent): void {
  run.doneSigning(event.kind, event.window, event.scope)
  SIGNED[event.kind](run, event)
}

function nextWake(run: Run): number | undefined {
  const { state, config, nowMs } = run
  const times = config.cementing === 'vote' ? voteWakes(run) : []
  if (isMember(state, config)) {
    times.push(state.resentAtMs + RESEND_INTERVAL_MS)
    if (state.clockValue || state.vote.drafts.size > 0) times.push(publishAtMs(run))
    if (state.quorumAtMs !== undefined && ownTurn(run) !== undefined) times.push(state.quorumAtMs + graceMs(run))
  }
  const future = times.filter((time) => time > nowMs)
  return future.length === 0 ? undefined : Math.min(...future)
}
