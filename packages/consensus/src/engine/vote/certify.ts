import { toHex } from '@montana/foundation'
import { windowWeights } from '../../chain-state.js'
import type { RejectionCode } from '../../errors.js'
import {
  type CementCertificate,
  certifiedValue,
  decodeCertificate,
  encodeCertificate,
} from '../../objects/certificate.js'
import { PRECOMMIT } from '../../objects/vote.js'
import { decide } from '../decide.js'
import type { PeerName } from '../events.js'
import type { Run } from '../run.js'
import { headOf } from '../state.js'
import { hasQuorum, quorumValue, votedRounds, votesOf } from '../tally.js'
import { draftOfValue, isOfProposal } from './drafts.js'
import type { Draft } from './state.js'
import { wantDraft, wantVotes } from './wanted.js'

const NIL = '0'.repeat(64)

/** A certificate from a peer: of head + 1 it is kept until the draft is at hand; an older one is compared. */
export function receiveCertificate(run: Run, certificate: CementCertificate, from: PeerName): void {
  const { window, signers, proposalHash } = certificate
  const head = headOf(run.state)
  if (window <= head) return compareCertificate(run, certificate)
  if (window !== head + 1) return run.emit({ type: 'behind', from, window })
  const weights = windowWeights(run.state.chain)
  const weight = signers.reduce((sum, { nodeId }) => sum + weights.of(nodeId), 0)
  if (certificate.round === 0 || weight < weights.quorum) {
    return run.emit({ type: 'rejected', from, window, code: 'CertificateQuorum' })
  }
  run.updateVote({ certificate })
  if (!draftOfValue(run, toHex(certifiedValue(certificate)))) wantDraft(run, proposalHash, from)
}

/** A quorum certified another value for a window that is cemented here: this node is on the wrong side of a fork. */
function compareCertificate(run: Run, certificate: CementCertificate): void {
  const known = run.state.values.get(certificate.window)
  if (!known || known.value === toHex(certifiedValue(certificate)) || !known.weights) return
  const { weights } = known
  const weight = certificate.signers.reduce((sum, { nodeId }) => sum + weights.of(nodeId), 0)
  if (weight < weights.quorum || run.state.halted) return
  const detail = 'a quorum certified another value; this node stops signing'
  run.emit({ type: 'finding', code: 'ForkDetected', window: certificate.window, detail })
  run.update({ halted: 'ForkDetected' })
}

/** Commits head + 1 on a quorum of precommits in any round, or on a certificate, with the draft at hand (rule 5). */
export function cementByVotes(run: Run): boolean {
  const { held, vote } = run.state
  if (held) return false
  return vote.certificate ? cementCertified(run, vote.certificate) : cementVoted(run)
}

function cementCertified(run: Run, certificate: CementCertificate): boolean {
  const { window, proposalHash } = certificate
  const draft = draftOfValue(run, toHex(certifiedValue(certificate)))
  if (draft) return finish(run, draft, certificate)
  const fault = headerFault(run, proposalHash)
  if (fault) return diverge(run, window, `a quorum certified a proposal refused here: ${fault}`)
  wantDraft(run, proposalHash, undefined)
  return false
}

/**
 * What the header alone, and the roots in it, decide. Anything else may be the fault of whoever sent the body: list 2 is
 * under no root, so another body gives another context, or is refused, without anybody's clock or tables being wrong.
 */
const DECIDED_BY_HEADER: ReadonlySet<RejectionCode> = new Set<RejectionCode>([
  'ZeroDepth',
  'VersionRegression',
  'UnsupportedVersion',
  'UnknownProposer',
  'PrevHashMismatch',
  'NonCanonicalProposer',
  'WinnerMismatch',
  'WinnerEndpointMismatch',
  'UnknownWinner',
  'MissingOperatorAccount',
  'ArithmeticRange',
  'TargetMismatch',
  'NodeRootMismatch',
  'CandidateRootMismatch',
  'AccountRootMismatch',
  'StateRootMismatch',
])

function headerFault(run: Run, proposalHash: Uint8Array): RejectionCode | undefined {
  const ofProposal = [...run.state.vote.drafts.values()].filter((draft) => isOfProposal(draft, proposalHash))
  const codes = ofProposal.flatMap(({ verdict }) => (verdict.ok ? [] : [verdict.code]))
  return codes.find((code) => DECIDED_BY_HEADER.has(code))
}

/** Either a third of the weight is dishonest or this node computes wrongly; it must not vote on top of that. */
function diverge(run: Run, window: number, detail: string): boolean {
  run.emit({ type: 'finding', code: 'StateDiverged', window, detail })
  run.update({ halted: 'StateDiverged' })
  run.updateVote({ certificate: undefined })
  return false
}

function cementVoted(run: Run): boolean {
  for (const round of votedRounds(run)) {
    const value = quorumValue(run, round, PRECOMMIT)
    if (value === undefined || value === NIL) continue
    const draft = draftOfValue(run, value)
    if (draft) return finish(run, draft, certificateOf(run, draft, round, value))
    wantDraftOf(run, value)
  }
  return false
}

/** The draft behind a value: its hash is in a Propose; without one, whoever voted can tell. */
export function wantDraftOf(run: Run, value: string): void {
  const hash = run.state.vote.hashes.get(value)
  if (hash) wantDraft(run, hash, undefined)
  else wantVotes(run)
}

function certificateOf(run: Run, { verdict }: Draft, round: number, value: string): CementCertificate | undefined {
  if (!verdict.ok || !hasQuorum(run, round, PRECOMMIT, value)) return undefined
  const votes = [...votesOf(run, round, PRECOMMIT).values()].filter((vote) => toHex(vote.value) === value)
  const { contextHash, chain } = verdict.sealed
  const { window, proposalHash } = chain.context
  return decodeCertificate(encodeCertificate({ window, proposalHash, contextHash, round, votes }))
}

function finish(
  run: Run,
  { candidate, from, verdict, isRange }: Draft,
  certificate: CementCertificate | undefined,
): boolean {
  const before = headOf(run.state)
  decide(run, { candidate, certificate, from: from ?? '', verdict, isRange })
  return headOf(run.state) !== before
}
