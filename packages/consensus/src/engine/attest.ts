import { toHex } from '@montana/foundation'
import { memberOf, windowWeights } from '../chain-state.js'
import { encodeCertificate } from '../objects/certificate.js'
import { ATTESTATION_ROUND, type CementVote, PRECOMMIT, voteMessage, voteScope } from '../objects/vote.js'
import { type Run, withEntry } from './run.js'
import { headOf } from './state.js'
import { voteKey } from './tally.js'

/** After committing W each member states which value it committed: rule `evidence`, spec protocol 11.3. */
export function attestHead(run: Run, value: Uint8Array): void {
  const { selfNodeId, genesisHash } = run.config
  const window = headOf(run.state)
  if (!memberOf(run.state.chain, selfNodeId, window)) return
  const scope = voteScope({ nodeId: selfNodeId, window, round: ATTESTATION_ROUND, phase: PRECOMMIT, value })
  run.sign({ kind: 'vote', window, scope, message: voteMessage(genesisHash, scope) })
}

/** An attestation was kept, from a peer or from this node. */
export function noteAttestation(run: Run, { window }: CementVote): void {
  if (window === headOf(run.state)) compareVotes(run, window)
}

/**
 * Attestations against the own value: any other value is reported; more weight than the dishonest may hold (a − Q) for
 * another value means that this node is on the wrong side of a fork, and it signs nothing more (spec protocol 10.4).
 */
export function compareVotes(run: Run, window: number): void {
  const recent = run.state.values.get(window)
  const votes = [...(run.state.votes.get(window)?.get(voteKey(ATTESTATION_ROUND, PRECOMMIT))?.values() ?? [])]
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
