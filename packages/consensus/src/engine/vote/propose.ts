import { concatBytes, toHex } from '@montana/foundation'
import { decodePropose, type Propose, proposeMessage, proposeScope } from '../../objects/propose.js'
import { draftWhenReady } from '../draft.js'
import type { PeerName, SignedEvent } from '../events.js'
import { type Run, withEntry } from '../run.js'
import { headOf } from '../state.js'
import { draftOfValue, isVotable } from './drafts.js'
import { holdsRound, slotOfRound } from './slot.js'
import type { Draft } from './state.js'
import { wantDraft } from './wanted.js'

/** How many rounds ahead a Propose is kept. No special reason: rounds are entered one by one or by many votes. */
const ROUNDS_AHEAD = 8
/** Values of one window whose draft is known by hash; honest slot holders make one each. */
const VALUES_MAX = 256

/**
 * Rule 2: the slot holder puts its valid value to the vote, else a valid draft that it holds, else its own. Always
 * false: a signature has to come back before anything moves.
 */
export function proposeInTurn(run: Run): boolean {
  const { vote, own } = run.state
  if (vote.step !== 'propose' || vote.round === 0 || own.proposals.has(vote.round)) return false
  const slot = slotOfRound(run, vote.round)
  if (slot === undefined || !holdsRound(run, vote.round)) return false
  const valid = vote.lock.validValue === undefined ? undefined : draftOfValue(run, vote.lock.validValue)
  const draft = valid ?? votableDraft(run)
  if (draft) signPropose(run, draft, valid ? vote.lock.validRound : 0)
  else draftWhenReady(run, slot)
  return false
}

/** One that was proposed before goes first: others hold that body, whatever else came under its header. */
function votableDraft(run: Run): Draft | undefined {
  const { drafts, hashes } = run.state.vote
  const votable = [...drafts.values()].filter((draft) => isVotable(run, draft))
  return votable.find(({ verdict }) => verdict.ok && hashes.has(verdict.sealed.valueHex)) ?? votable[0]
}

function signPropose(run: Run, { verdict }: Draft, validRound: number): void {
  if (!verdict.ok) return
  const { round } = run.state.vote
  const window = headOf(run.state) + 1
  const { value, chain } = verdict.sealed
  const { proposalHash } = chain.context
  const scope = proposeScope({ window, round, validRound, value, proposalHash })
  run.sign({ kind: 'propose', window, scope, message: proposeMessage(run.config.genesisHash, scope) })
}

/** The own Propose is signed: journal, send the draft to those who may lack it, then the Propose. */
export function publishPropose(run: Run, { window, scope, signature }: SignedEvent): void {
  if (window !== headOf(run.state) + 1 || run.state.halted) return
  const bytes = concatBytes(scope, signature)
  const propose = decodePropose(bytes)
  const { own } = run.state
  if (own.proposals.has(propose.round)) return
  run.update({ own: { ...own, proposals: withEntry(own.proposals, propose.round, bytes) } })
  const { round, value: hash } = propose
  run.emit({ type: 'journal', entry: { window, kind: 'propose', round, phase: 0, hash, bytes } })
  const draft = draftOfValue(run, toHex(hash))
  if (draft && own.proposals.size === 0) sendDraft(run, draft)
  run.emit({ type: 'broadcast', message: { kind: 'propose', window, payload: bytes } })
  keepPropose(run, propose)
}

function sendDraft(run: Run, { candidate }: Draft): void {
  const { bytes, header } = candidate.envelope
  run.emit({ type: 'broadcast', message: { kind: 'draft', window: header.window, payload: bytes } })
}

/** A Propose that the crypto stage found signed by the holder of its round. */
export function receivePropose(run: Run, propose: Propose, from: PeerName): void {
  const { window, round, proposalHash } = propose
  const next = headOf(run.state) + 1
  if (window > next) return run.emit({ type: 'behind', from, window })
  const { vote } = run.state
  const isNear = round >= 1 && round <= Math.max(vote.round, 1) + ROUNDS_AHEAD
  if (window !== next || run.config.cementing !== 'vote' || !isNear) return
  keepPropose(run, propose)
  // Any others of its signer are fetched when a quorum wants them: it could name drafts without end.
  if (run.state.vote.proposals.get(round) !== propose) return
  if (!draftOfValue(run, toHex(propose.value))) wantDraft(run, proposalHash, from)
}

/** The first Propose of a round counts; which draft a value belongs to is learned from all of them. */
function keepPropose(run: Run, propose: Propose): void {
  const { proposals, hashes } = run.state.vote
  const value = toHex(propose.value)
  if (!hashes.has(value) && hashes.size < VALUES_MAX) {
    run.updateVote({ hashes: withEntry(hashes, value, propose.proposalHash) })
  }
  if (!proposals.has(propose.round)) run.updateVote({ proposals: withEntry(proposals, propose.round, propose) })
}
