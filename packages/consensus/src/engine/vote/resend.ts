import { toHex } from '@montana/foundation'
import { VOTE_RESEND_MS } from '../../constants.js'
import { PRECOMMIT, PREVOTE } from '../../objects/vote.js'
import type { OutgoingMessage } from '../effects.js'
import type { Run } from '../run.js'
import { headOf } from '../state.js'
import { votedRounds, voteKey, votesOf } from '../tally.js'
import { castSkipped } from './cast.js'
import { wantVotes } from './wanted.js'

/**
 * What a member that is still in window head + 1 says again: its latest votes, and what justifies its valid value
 * (rule 8). Votes of the round before belong to the latest: whoever is still in that round may lack just this member's
 * to leave it, and one member in a later round is too little to follow.
 */
export function voteMessages(run: Run): OutgoingMessage[] {
  const window = headOf(run.state) + 1
  const { vote, own } = run.state
  const votes = own.votes.get(window)
  const latest = [vote.round - 1, vote.round].flatMap((round) =>
    [PREVOTE, PRECOMMIT].flatMap((phase) => votes?.get(voteKey(round, phase)) ?? []),
  )
  const proposals = new Set([own.proposals.get(vote.round), vote.proposals.get(vote.lock.validRound)?.bytes])
  return [
    ...[...proposals].flatMap((payload) => (payload ? [{ kind: 'propose', window, payload } as const] : [])),
    ...[...latest, ...justification(run)].map((payload) => ({ kind: 'vote', window, payload }) as const),
  ]
}

/** The prevotes that make the valid value valid, the own one among them. */
export function justification(run: Run): Uint8Array[] {
  const { validRound, validValue } = run.state.vote.lock
  if (validValue === undefined) return []
  return [...votesOf(run, validRound, PREVOTE).values()]
    .filter(({ value }) => toHex(value) === validValue)
    .map(({ bytes }) => bytes)
}

export function resendVotesWhenDue(run: Run): void {
  const { vote } = run.state
  if (vote.round === 0 || run.nowMs < vote.resentAtMs + VOTE_RESEND_MS) return
  run.updateVote({ resentAtMs: run.nowMs })
  for (const message of voteMessages(run)) run.emit({ type: 'broadcast', message })
  castSkipped(run)
  if (isBehindOthers(run)) wantVotes(run)
}

/**
 * Somebody is in a later round and sends only its latest votes. Those that took it there were lost on the way here, and
 * who signed them may be gone: whoever is ahead still holds them.
 */
function isBehindOthers(run: Run): boolean {
  const { round, proposals } = run.state.vote
  return [...votedRounds(run), ...proposals.keys()].some((other) => other > round)
}

/** When something in the vote is due if nothing else happens, monotonic ms. */
export function voteWakes({ state }: Run): number[] {
  const { round, proposeEndsMs, prevoteEndsMs, precommitEndsMs, resentAtMs, asked } = state.vote
  const ends = [proposeEndsMs, prevoteEndsMs, precommitEndsMs].flatMap((time) => time ?? [])
  return [...ends, ...(round > 0 ? [resentAtMs + VOTE_RESEND_MS] : []), ...asked.values()]
}
