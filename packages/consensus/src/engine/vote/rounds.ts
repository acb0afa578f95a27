import { toHex } from '@montana/foundation'
import { windowWeights } from '../../chain-state.js'
import { PRECOMMIT, PREVOTE } from '../../objects/vote.js'
import { publishAtMs } from '../publish.js'
import type { Run } from '../run.js'
import { headOf, isMember } from '../state.js'
import { hasQuorum, quorumValue, votedRounds, votesOf } from '../tally.js'
import { castVote, NIL } from './cast.js'
import { cementByVotes, wantDraftOf } from './certify.js'
import { draftOfValue, isOfProposal, isVotable } from './drafts.js'
import { lockEntry } from './lock-record.js'
import { proposeInTurn } from './propose.js'
import { justification } from './resend.js'
import { holderOfRound } from './slot.js'
import type { Lock } from './state.js'
import { proposeTimeoutMs, voteTimeoutMs } from './timeouts.js'
import { wantDraft, wantVotes } from './wanted.js'

/** One window is one instance of the algorithm; each rule fires when its condition holds (spec protocol 11.2). */
const RULES: readonly ((run: Run) => boolean)[] = [
  cementByVotes,
  enterFirstRound,
  joinLaterRound,
  noteValidValue,
  proposeInTurn,
  prevote,
  precommitNil,
  endRound,
]

/** Applies rules until none fires. Ends, because every firing moves window, round or step forward. */
export function advanceVote(run: Run): void {
  while (RULES.some((rule) => isOpen(run, rule) && rule(run))) {}
}

/** Observers only cement; members do all of it, also while they may not sign: they must know where the round is. */
function isOpen(run: Run, rule: (run: Run) => boolean): boolean {
  return rule === cementByVotes || isMember(run.state, run.config)
}

/** Rule 1. */
function enterFirstRound(run: Run): boolean {
  const { vote, clockValue } = run.state
  if (vote.round > 0 || run.nowMs < publishAtMs(run)) return false
  const hasDraft = [...vote.drafts.values()].some((draft) => isVotable(run, draft))
  if (!clockValue && !hasDraft) return false
  enterRound(run, 1)
  return true
}

function enterRound(run: Run, round: number): void {
  run.updateVote({
    round,
    step: 'propose',
    proposeEndsMs: run.nowMs + proposeTimeoutMs(run, round),
    prevoteEndsMs: undefined,
    precommitEndsMs: undefined,
  })
}

/**
 * Rule 6: more weight than the dishonest may hold speaks of a later round, each member of this one or a still later one:
 * members that restarts left in different rounds would otherwise never be enough in any single one.
 */
function joinLaterRound(run: Run): boolean {
  const { active, quorum, of } = windowWeights(run.state.chain)
  let weight = 0
  for (const { round, nodeId } of latestRounds(run)) {
    weight += of(nodeId)
    if (weight <= active - quorum) continue
    enterRound(run, round)
    return true
  }
  return false
}

/** The latest round of each member that speaks of a later one than this node's, the latest first. */
function latestRounds(run: Run): { round: number; nodeId: Uint8Array }[] {
  const latest = new Map<string, { round: number; nodeId: Uint8Array }>()
  const note = (round: number, nodeId: Uint8Array) => {
    if (round > (latest.get(toHex(nodeId))?.round ?? run.state.vote.round)) latest.set(toHex(nodeId), { round, nodeId })
  }
  for (const round of votedRounds(run)) {
    for (const phase of [PREVOTE, PRECOMMIT])
      for (const { nodeId } of votesOf(run, round, phase).values()) note(round, nodeId)
  }
  for (const round of run.state.vote.proposals.keys()) {
    const holder = holderOfRound(run, round)
    if (holder) note(round, holder)
  }
  return [...latest.values()].sort((a, b) => b.round - a.round)
}

/** Rule 4, first half: a quorum prevoted a value that is at hand and valid. */
function noteValidValue(run: Run): boolean {
  const { vote } = run.state
  if (vote.round === 0 || vote.step === 'propose') return false
  if (vote.lock.validRound === vote.round) return resumeLocked(run)
  const value = quorumValue(run, vote.round, PREVOTE)
  if (value === undefined || value === NIL) return false
  const draft = draftOfValue(run, value)
  if (!draft) wantDraftOf(run, value)
  if (!draft || !isVotable(run, draft)) return false
  const isLocking = vote.step === 'prevote'
  setLock(run, {
    ...(isLocking ? { lockedRound: vote.round, lockedValue: value } : lockedPart(vote.lock)),
    validRound: vote.round,
    validValue: value,
  })
  if (isLocking) precommit(run, value)
  return true
}

/** A process that died between its lock and the precommit that goes with it makes that precommit now. */
function resumeLocked(run: Run): boolean {
  const { round, step, lock } = run.state.vote
  if (step !== 'prevote' || lock.lockedRound !== round || lock.lockedValue === undefined) return false
  return precommit(run, lock.lockedValue)
}

function lockedPart({ lockedRound, lockedValue }: Lock): Pick<Lock, 'lockedRound' | 'lockedValue'> {
  return { lockedRound, lockedValue }
}

/** Journaled before anything that follows from it is signed (rule 9). */
function setLock(run: Run, lock: Lock): void {
  run.updateVote({ lock })
  const draft = lock.validValue === undefined ? undefined : draftOfValue(run, lock.validValue)
  if (!draft) return
  const entry = lockEntry(headOf(run.state) + 1, lock, draft.candidate.envelope.bytes, justification(run))
  run.emit({ type: 'journal', entry })
}

/** Rule 3. */
function prevote(run: Run): boolean {
  const { vote } = run.state
  if (vote.round === 0 || vote.step !== 'propose') return false
  const choice = chooseValue(run) ?? (isOver(run, vote.proposeEndsMs) ? NIL : undefined)
  if (choice === undefined) return false
  run.updateVote({ step: 'prevote', proposeEndsMs: undefined })
  castVote(run, run.state.vote.round, PREVOTE, choice)
  return true
}

/** What the slot holder's Propose makes this node prevote; undefined while that cannot be said yet. */
function chooseValue(run: Run): string | undefined {
  const { vote, clockValue } = run.state
  const propose = vote.proposals.get(vote.round)
  if (!propose) return undefined
  const value = toHex(propose.value)
  const draft = draftOfValue(run, value)
  if (!draft) {
    wantDraft(run, propose.proposalHash, undefined)
    return undefined
  }
  if (!clockValue && run.config.verify.kind === 'full') return undefined
  const isValid = isOfProposal(draft, propose.proposalHash) && isVotable(run, draft)
  const { lockedRound, lockedValue } = vote.lock
  if (propose.validRound === 0) return isValid && (lockedRound === 0 || lockedValue === value) ? value : NIL
  if (propose.validRound >= vote.round) return NIL
  if (!hasQuorum(run, propose.validRound, PREVOTE, value)) {
    // After restarts each voter may hold no prevote of that round but its own.
    wantVotes(run)
    return undefined
  }
  return isValid && (lockedRound <= propose.validRound || lockedValue === value) ? value : NIL
}

/** Rule 4, second half. */
function precommitNil(run: Run): boolean {
  const { vote } = run.state
  if (vote.round === 0 || vote.step !== 'prevote') return false
  if (hasQuorum(run, vote.round, PREVOTE, NIL)) return precommit(run, NIL)
  if (!hasQuorum(run, vote.round, PREVOTE)) return false
  if (vote.prevoteEndsMs === undefined) run.updateVote({ prevoteEndsMs: run.nowMs + voteTimeoutMs(vote.round) })
  return isOver(run, run.state.vote.prevoteEndsMs) && precommit(run, NIL)
}

function precommit(run: Run, value: string): boolean {
  run.updateVote({ step: 'precommit', prevoteEndsMs: undefined })
  castVote(run, run.state.vote.round, PRECOMMIT, value)
  return true
}

/** Rule 5, second half. A quorum for nil leaves no other value a quorum in this round, so there is nothing to wait for. */
function endRound(run: Run): boolean {
  const { vote } = run.state
  if (vote.round === 0 || !hasQuorum(run, vote.round, PRECOMMIT)) return false
  if (vote.precommitEndsMs === undefined) run.updateVote({ precommitEndsMs: run.nowMs + voteTimeoutMs(vote.round) })
  const isOverForGood = hasQuorum(run, vote.round, PRECOMMIT, NIL)
  if (!isOverForGood && !isOver(run, run.state.vote.precommitEndsMs)) return false
  enterRound(run, vote.round + 1)
  return true
}

function isOver(run: Run, endsMs: number | undefined): boolean {
  return endsMs !== undefined && run.nowMs >= endsMs
}
