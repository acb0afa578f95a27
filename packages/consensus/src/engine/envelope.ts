import { bytesEqual } from '@montana/foundation'
import type { AuthenticatedEnvelope } from '../acceptance.js'
import { type Header, isNotice, proposalHash } from '../objects/header.js'
import { PRECOMMIT } from '../objects/vote.js'
import { decide } from './decide.js'
import type { Origin, PeerName } from './events.js'
import { reportEquivocation } from './misbehaviour.js'
import { type Run, withEntry } from './run.js'
import { headOf } from './state.js'
import { hasQuorum, votedRounds } from './tally.js'
import { draftKey, keepDraft } from './vote/drafts.js'
import { wantCertificate } from './vote/wanted.js'

/** An envelope arrived, from a peer or (`from` undefined) from this node itself. */
export function receiveEnvelope(
  run: Run,
  candidate: AuthenticatedEnvelope,
  from: PeerName | undefined,
  origin: Origin = 'live',
): void {
  const { header } = candidate.envelope
  const next = headOf(run.state) + 1
  if (header.window < next) return compareStale(run, header, candidate.signatures.header)
  if (header.window > next) return run.emit({ type: 'behind', from: from ?? '', window: header.window })
  if (run.config.cementing === 'vote') return receiveVoted(run, candidate, from, origin)
  if (run.state.held?.reason === 'disagreement') return
  decide(run, { candidate, from, certificate: undefined, isRange: origin === 'range' })
}

/** In a network that votes an envelope alone cements nothing: it is a draft, and its sender has the certificate. */
function receiveVoted(run: Run, candidate: AuthenticatedEnvelope, from: PeerName | undefined, origin: Origin): void {
  const { header } = candidate.envelope
  keepDraft(run, candidate, from, origin === 'range')
  if (from === undefined || origin === 'range' || !candidate.signatures.header) return
  if (!isPrecommitted(run, candidate)) wantCertificate(run, header, from)
}

function isPrecommitted(run: Run, { envelope }: AuthenticatedEnvelope): boolean {
  const draft = run.state.vote.drafts.get(draftKey(envelope.bytes))
  if (!draft?.verdict.ok) return false
  const { valueHex } = draft.verdict.sealed
  return votedRounds(run).some((round) => hasQuorum(run, round, PRECOMMIT, valueHex))
}

/** A second, different header for a cemented window is evidence against its signer; the window stands. */
function compareStale(run: Run, header: Header, signatureValid: boolean): void {
  const known = run.state.values.get(header.window)
  const before = run.state.values.get(header.window - 1)
  if (!known || known.isDisputed || !signatureValid || isNotice(header)) return
  if (!known.proposerNodeId || !bytesEqual(known.proposerNodeId, header.proposerNodeId)) return
  if (bytesEqual(known.proposalHash, proposalHash(header.scope))) return
  if (before && !bytesEqual(before.proposalHash, header.prevProposalHash)) return
  const { window, proposerNodeId: nodeId, bytes: theirs } = header
  run.update({ values: withEntry(run.state.values, window, { ...known, isDisputed: true }) })
  const detail = 'signed two headers'
  const code = 'EquivocatingProposer'
  reportEquivocation(run, { kind: 'header', code, window, nodeId, ours: undefined, theirs, detail })
}
