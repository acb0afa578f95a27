import {
  cementValue,
  certifiedValue,
  contextHash,
  decodeCertificate,
  proposalHash,
  voteMessage,
  votesOfCertificate,
} from '@montana/consensus'
import { bytesEqual } from '@montana/foundation'
import { short, type WindowFacts, weigh, weightsOf } from './facts.js'
import type { Oracle } from './oracle.js'

export const chainingOracle: Oracle<WindowFacts> = {
  invariant: 3,
  name: 'Chaining',
  check: ({ before, after, envelope: { header }, commit, window }) => {
    if (header.window !== window || after.context.window !== window) return 'the window numbers disagree'
    if (!bytesEqual(header.prevProposalHash, before.context.proposalHash)) return 'prev_proposal_hash is another'
    const hash = proposalHash(header.scope)
    if (!bytesEqual(hash, after.context.proposalHash)) return 'the context holds another proposal_hash'
    const value = cementValue(hash, contextHash(commit.context))
    return bytesEqual(value, commit.cementValue) ? undefined : 'the value is not that of header and context'
  },
}

export const evidenceOracle: Oracle<WindowFacts> = {
  invariant: 6,
  name: 'Evidence',
  check: (facts) => {
    const { envelope, before, document, window } = facts
    const { evidence, confirmers, header } = envelope
    const weights = weightsOf(before, document)
    const weight = weigh(weights, evidence)
    if (weight < weights.quorum || evidence.length === 0)
      return `evidence weighs ${weight}, quorum is ${weights.quorum}`
    const lists = [
      { list: confirmers, of: window - 1, value: before.context.timechainValue },
      { list: evidence, of: window, value: header.timechainValue },
    ]
    for (const { list, of, value } of lists) {
      const problem = listProblem(facts, list, of, value)
      if (problem) return problem
    }
    return certificateProblem(facts)
  },
}

/** In `vote` networks: a quorum of precommits for the very value, whoever stored the certificate (invariant 6). */
export function certificateProblem(facts: CertificateFacts): string | undefined {
  const { before, document, commit, signatures, genesisHash } = facts
  if (document.cementingRule !== 'vote') return undefined
  if (!commit.certificate) return 'no certificate is stored'
  const certificate = decodeCertificate(commit.certificate)
  const { window, round, signers } = certificate
  if (window !== commit.window || round < 1) return `the certificate is of window ${window}, round ${round}`
  if (!bytesEqual(certifiedValue(certificate), commit.cementValue)) return 'the certificate is of another value'
  const forged = votesOfCertificate(certificate).find((vote) => {
    const member = before.tables.nodes.get(vote.nodeId)
    const isMember = member !== undefined && member.startWindow < window
    return !isMember || !signatures.verify(vote.signature, voteMessage(genesisHash, vote.scope), member.nodePublicKey)
  })
  if (forged) return `${short(forged.nodeId)} did not precommit`
  const weights = weightsOf(before, document)
  const weight = weigh(weights, signers)
  return weight >= weights.quorum ? undefined : `the certificate weighs ${weight}, quorum is ${weights.quorum}`
}

export type CertificateFacts = Pick<WindowFacts, 'before' | 'document' | 'commit' | 'signatures' | 'genesisHash'>

function listProblem(
  { before, signatures }: WindowFacts,
  list: WindowFacts['envelope']['evidence'],
  window: number,
  value: Uint8Array,
): string | undefined {
  const seen = new Set<string>()
  for (const { nodeId, endpoint, scope, signature, window: stated } of list) {
    const who = short(nodeId)
    if (seen.has(who)) return `${who} is counted twice`
    seen.add(who)
    const member = before.tables.nodes.get(nodeId)
    if (!member || member.startWindow >= stated) return `${who} is no member`
    if (stated !== window) return `${who} confirmed window ${stated}, not ${window}`
    if (!bytesEqual(endpoint, value)) return `${who} confirmed another clock value`
    if (!signatures.verify(signature, scope, member.nodePublicKey)) return `${who} did not sign`
  }
  return undefined
}

export const clockOracle: Oracle<WindowFacts> = {
  invariant: 8,
  name: 'Clock',
  check: (facts) => {
    const { before, after, clock } = facts
    const expected = clock.value(before.context.timechainValue, before.context.nextD)
    if (!bytesEqual(after.context.timechainValue, expected)) return 'timechain_value is not vdf_step of the one before'
    const d = expectedD(facts)
    return after.context.nextD === d ? undefined : `D became ${after.context.nextD}, not ${d}`
  },
}

/** Spec protocol 3.2: at multiples of τ₂, from the median participation of the epoch. */
function expectedD({ before, document, window, participation }: WindowFacts): number {
  const { tau2Windows, deadZoneHigh, deadZoneLow, dRateNum, dRateDen } = document.params
  const d = before.context.nextD
  if (window % tau2Windows !== 0) return d
  const median = [...participation].sort((a, b) => a - b)[Math.floor(tau2Windows / 2)] ?? 0
  if (median >= 10 * deadZoneHigh) return Math.floor((d * (dRateDen + dRateNum)) / dRateDen)
  if (median <= 10 * deadZoneLow) return Math.floor((d * (dRateDen - dRateNum)) / dRateDen)
  return d
}
