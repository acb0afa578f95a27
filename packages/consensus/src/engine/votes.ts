import { concatBytes } from '@montana/foundation'
import { type CementVote, decodeVote } from '../objects/vote.js'
import { noteAttestation } from './attest.js'
import type { PeerName, SignedEvent } from './events.js'
import { type Run, withEntry } from './run.js'
import { headOf } from './state.js'
import { keepVote, voteKey } from './tally.js'

/** A vote or attestation of a member arrived. */
export function receiveVote(run: Run, vote: CementVote, from: PeerName): void {
  if (vote.window > headOf(run.state) + 1) run.emit({ type: 'behind', from, window: vote.window })
  if (keepVote(run, vote) && run.config.cementing === 'evidence') noteAttestation(run, vote)
}

/** The own vote is signed: keep, journal, send. A window that closed meanwhile needs it no more. */
export function publishVote(run: Run, { window, scope, signature }: SignedEvent): void {
  const open = headOf(run.state) + (run.config.cementing === 'vote' ? 1 : 0)
  if (window !== open || run.state.halted) return
  const bytes = concatBytes(scope, signature)
  const vote = decodeVote(bytes)
  const { round, phase, value: hash } = vote
  const { own } = run.state
  const key = voteKey(round, phase)
  const ofWindow = own.votes.get(window) ?? new Map<string, Uint8Array>()
  if (ofWindow.has(key)) return
  run.update({ own: { ...own, votes: withEntry(own.votes, window, withEntry(ofWindow, key, bytes)) } })
  run.emit({ type: 'journal', entry: { window, kind: 'vote', round, phase, hash, bytes } })
  run.emit({ type: 'broadcast', message: { kind: 'vote', window, payload: bytes } })
  if (keepVote(run, vote) && run.config.cementing === 'evidence') noteAttestation(run, vote)
}
