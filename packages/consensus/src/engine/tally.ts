import { bytesEqual, toHex } from '@montana/foundation'
import { memberOf, windowWeights } from '../chain-state.js'
import { VOTES_PER_NODE_MAX, WINDOWS_AHEAD } from '../constants.js'
import { ATTESTATION_ROUND, type CementVote, PRECOMMIT, PREVOTE } from '../objects/vote.js'
import { reportEquivocation } from './misbehaviour.js'
import { type Run, withEntry } from './run.js'
import { noteOwnEcho } from './silence.js'
import { type ByNode, type EngineState, headOf, type VotesOfWindow } from './state.js'

const NO_VOTES: ByNode<CementVote> = new Map()

export function voteKey(round: number, phase: number): string {
  return `${round}:${phase}`
}

/**
 * Keeps the first vote of each member per window, round and phase, for the head and two windows beyond. A second one
 * with another value is evidence against its signer (spec protocol 10.4, 11.2 rule 8). Returns whether it was new.
 *
 * A second one also counts, for its own value, where a Propose names that value: who signs two votes may show either
 * half of the members another one first, and those would never agree again on which value a quorum was for.
 */
export function keepVote(run: Run, vote: CementVote): boolean {
  const head = headOf(run.state)
  const { window, round, phase, nodeId } = vote
  const isOfRule = (round === ATTESTATION_ROUND) === (run.config.cementing === 'evidence')
  if (!isOfRule || (phase !== PRECOMMIT && round === ATTESTATION_ROUND)) return false
  if (window < head || window > head + WINDOWS_AHEAD || !memberOf(run.state.chain, nodeId, window)) return false
  const ofWindow: VotesOfWindow = run.state.votes.get(window) ?? new Map()
  const ofRound = ofWindow.get(voteKey(round, phase)) ?? NO_VOTES
  const node = toHex(nodeId)
  const known = ofRound.get(node)
  if (known) {
    if (bytesEqual(known.value, vote.value)) return false
    reportVote(run, known, vote)
    return keepSecond(run, ofWindow, vote)
  }
  const kept = withRoom(run, ofWindow, node, vote)
  if (!kept) return false
  const isOwn = bytesEqual(nodeId, run.config.selfNodeId)
  if (isOwn && !run.state.own.votes.get(window)?.has(voteKey(round, phase))) noteOwnEcho(run, window)
  const grown = withEntry(kept, voteKey(round, phase), withEntry(ofRound, node, vote))
  run.update({ votes: withEntry(run.state.votes, window, grown) })
  return true
}

/** Where a further vote of a node is held, beside its first one. */
function secondKey({ nodeId, value }: CementVote): string {
  return `${toHex(nodeId)}/${toHex(value)}`
}

const isFirst = (key: string) => !key.includes('/')

/** Bounded by the values that slot holders put to the vote. */
function keepSecond(run: Run, ofWindow: VotesOfWindow, vote: CementVote): boolean {
  const { window, round, phase, value } = vote
  const ofRound = ofWindow.get(voteKey(round, phase)) ?? NO_VOTES
  const isNamed = window === headOf(run.state) + 1 && run.state.vote.hashes.has(toHex(value))
  if (!isNamed || ofRound.has(secondKey(vote))) return false
  const grown = withEntry(ofWindow, voteKey(round, phase), withEntry(ofRound, secondKey(vote), vote))
  run.update({ votes: withEntry(run.state.votes, window, grown) })
  return true
}

/** Is this very statement of its node held? Signatures may differ. */
export function holdsVote({ votes }: Pick<EngineState, 'votes'>, vote: CementVote): boolean {
  const ofRound = votes.get(vote.window)?.get(voteKey(vote.round, vote.phase)) ?? NO_VOTES
  const first = ofRound.get(toHex(vote.nodeId))
  return (first !== undefined && bytesEqual(first.value, vote.value)) || ofRound.has(secondKey(vote))
}

/**
 * The votes of a window with a place for one more of `node`: its lowest round goes when it has too many, so that a vote
 * of many rounds never ends for want of room. Undefined where the new one would be the lowest itself. The rounds that
 * justify a valid value stay.
 */
function withRoom(run: Run, votes: VotesOfWindow, node: string, { round }: CementVote): VotesOfWindow | undefined {
  const keys = [...votes].filter(([, ofRound]) => ofRound.has(node)).map(([key]) => key)
  if (keys.length < VOTES_PER_NODE_MAX) return votes
  const { lock, proposals, round: current } = run.state.vote
  const justifying = new Set([lock.validRound, proposals.get(current)?.validRound])
  const spare = keys.filter((key) => !justifying.has(roundOf(key))).sort((a, b) => roundOf(a) - roundOf(b))
  const [lowest] = spare
  if (lowest === undefined || (roundOf(lowest) >= round && !justifying.has(round))) return undefined
  const ofRound = [...(votes.get(lowest) ?? [])].filter(([signer]) => !signer.startsWith(node))
  const others = new Map([...votes].filter(([key]) => key !== lowest))
  return ofRound.length === 0 ? others : others.set(lowest, new Map(ofRound))
}

function roundOf(key: string): number {
  return Number(key.split(':')[0])
}

function reportVote(run: Run, known: CementVote, other: CementVote): void {
  const code = 'EquivocatingVoter'
  const detail = `signed two votes for round ${known.round}, phase ${known.phase}`
  const { window, nodeId } = known
  reportEquivocation(run, { kind: 'vote', code, window, nodeId, ours: known.bytes, theirs: other.bytes, detail })
}

export function votesOf(run: Run, round: number, phase: number): ByNode<CementVote> {
  return run.state.votes.get(headOf(run.state) + 1)?.get(voteKey(round, phase)) ?? NO_VOTES
}

/** Weight of the votes on head + 1 for `value` (hex), or for anything when it is left out. */
export function voteWeight(run: Run, round: number, phase: number, value?: string): number {
  const weights = windowWeights(run.state.chain)
  let sum = 0
  for (const [key, vote] of votesOf(run, round, phase)) {
    if (value === undefined ? isFirst(key) : toHex(vote.value) === value) sum += weights.of(vote.nodeId)
  }
  return sum
}

export function hasQuorum(run: Run, round: number, phase: number, value?: string): boolean {
  return voteWeight(run, round, phase, value) >= windowWeights(run.state.chain).quorum
}

/** The value (hex) that a quorum voted for in this round and phase. */
export function quorumValue(run: Run, round: number, phase: number): string | undefined {
  const values = new Set([...votesOf(run, round, phase).values()].map(({ value }) => toHex(value)))
  return [...values].find((value) => hasQuorum(run, round, phase, value))
}

/** Rounds in which anybody voted on head + 1, ascending. */
export function votedRounds(run: Run): number[] {
  const keys = run.state.votes.get(headOf(run.state) + 1)?.keys() ?? []
  const rounds = new Set([...keys].map(roundOf))
  return [...rounds].sort((a, b) => a - b)
}

/** Did a quorum ever vote for `value` on head + 1, in either phase? Members may then be locked on it. */
export function hadQuorum(run: Run, value: string): boolean {
  return votedRounds(run).some((round) => {
    return hasQuorum(run, round, PREVOTE, value) || hasQuorum(run, round, PRECOMMIT, value)
  })
}

/** Every vote on `window` from round `fromRound` on, for a peer that lacks them. */
export function votesOfRounds(state: Pick<EngineState, 'votes'>, window: number, fromRound: number): CementVote[] {
  const ofWindow = state.votes.get(window) ?? new Map<string, ByNode<CementVote>>()
  return [...ofWindow].filter(([key]) => roundOf(key) >= fromRound).flatMap(([, votes]) => [...votes.values()])
}
