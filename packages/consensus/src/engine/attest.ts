import { concatBytes, toHex } from '@montana/foundation'
import { memberOf, windowWeights } from '../chain-state.js'
import { encodeCertificate } from '../objects/certificate.js'
import { ATTESTATION_ROUND, type CementVote, decodeVote, PRECOMMIT, voteMessage, voteScope } from '../objects/vote.js'
import type { SignedEvent } from './events.js'
import { type Run, withEntry } from './run.js'
import { headOf } from './state.js'

/** After committing W each member states which value it committed: rule `evidence`, spec protocol 11.3. */
export function attestHead(run: Run, value: Uint8Array): void {
  const { selfNodeId, genesisHash } = run.config
  const window = headOf(run.state)
  if (!memberOf(run.state.chain, selfNodeId, window)) return
  const scope = voteScope({ nodeId: selfNodeId, window, round: ATTESTATION_ROUND, phase: PRECOMMIT, value })
  run.sign({ kind: 'vote', window, scope, message: voteMessage(genesisHash, scope) })
}

export function publishVote(run: Run, event: SignedEvent): void {
  const { window, scope } = event
  if (window !== headOf(run.state) || run.state.halted) return
  const bytes = concatBytes(scope, event.signature)
  const vote = decodeVote(bytes)
  const { round, phase, value: hash } = vote
  run.update({ own: { ...run.state.own, votes: withEntry(run.state.own.votes, window, bytes) } })
  run.emit({ type: 'journal', entry: { window, kind: 'vote', round, phase, hash, bytes } })
  run.emit({ type: 'broadcast', message: { kind: 'vote', window, payload: bytes } })
  addVote(run, vote)
}

/** Keeps the first attestation of each member for the head and two windows beyond; compares those of the head. */
export function addVote(run: Run, vote: CementVote): void {
  const { votes } = run.state
  const head = headOf(run.state)
  if (vote.round !== ATTESTATION_ROUND || vote.phase !== PRECOMMIT) return
  if (vote.window < head || vote.window > head + 2 || !memberOf(run.state.chain, vote.nodeId, vote.window)) return
  const ofWindow = votes.get(vote.window) ?? new Map<string, CementVote>()
  const key = toHex(vote.nodeId)
  if (ofWindow.has(key)) return
  run.update({ votes: withEntry(votes, vote.window, withEntry(ofWindow, key, vote)) })
  if (vote.window === head) compareVotes(run, head)
}

/**
 * Attestations against the own value: any other value is reported; more weight than the dishonest may hold (a − Q) for
 * another value means that this node is on the wrong side of a fork, and it signs nothing more (spec protocol 10.4).
 */
export function compareVotes(run: Run, window: number): void {
  const recent = run.state.values.get(window)
  const votes = [...(run.state.votes.get(window)?.values() ?? [])]
  if (!recent || votes.length === 0) return
  const weights = recent.weights ?? windowWeights(run.state.chain)
  const weigh = (list: readonly CementVote[]) => list.reduce((sum, { nodeId }) => sum + weights.of(nodeId), 0)
  const agreeing = votes.filter(({ value }) => toHex(value) === recent.value)
  const others = votes.filter(({ value }) => toHex(value) !== recent.value)
  if (others.length > 0) reportFork(run, window, weigh(others) > weights.active - weights.quorum)
  if (recent.isCertified || !recent.weights || weigh(agreeing) < weights.quorum) return
  const { proposalHash, contextHash } = recent
  const bytes = encodeCertificate({ window, proposalHash, contextHash, round: ATTESTATION_ROUND, votes: agreeing })
  run.update({ values: withEntry(run.state.values, window, { ...recent, isCertified: true }) })
  run.emit({ type: 'certificate', window, bytes })
}

function reportFork(run: Run, window: number, isOutweighed: boolean): void {
  const detail = isOutweighed ? 'this node stops signing' : 'a minority attests another value'
  run.emit({ type: 'finding', code: 'ForkDetected', window, detail })
  if (isOutweighed) run.update({ halted: 'ForkDetected' })
}
