import { bytesEqual, toHex } from '@montana/foundation'
import type { AuthenticatedEnvelope } from '../../acceptance.js'
import { DRAFTS_MAX, DRAFTS_PER_PROPOSER_MAX } from '../../constants.js'
import type { RejectionCode } from '../../errors.js'
import { type Header, isNotice, proposalHash } from '../../objects/header.js'
import type { PeerName } from '../events.js'
import { markDisputed, reportEquivocation } from '../misbehaviour.js'
import { type Run, withEntry } from '../run.js'
import { judge } from '../sealed.js'
import { headOf } from '../state.js'
import { hadQuorum } from '../tally.js'
import type { Draft } from './state.js'

export function draftKey(header: Header): string {
  return toHex(proposalHash(header.scope))
}

/** Takes in an envelope for head + 1, from whatever message; judged once. A refused one is remembered by its hash. */
export function keepDraft(
  run: Run,
  candidate: AuthenticatedEnvelope,
  from: PeerName | undefined,
  isRange = false,
): void {
  const { header } = candidate.envelope
  if (header.window !== headOf(run.state) + 1 || isNotice(header)) return
  const key = draftKey(header)
  const known = run.state.vote.drafts.get(key)
  if (known?.verdict.ok) return
  // An unsigned header says nothing about whom it names, and must cost no place.
  if (!candidate.signatures.header) return refuse(run, candidate, from, 'InvalidSignature')
  findSecondHeader(run, header)
  if (!hasPlace(run, key, header)) return
  const verdict = judge(run, candidate)
  run.updateVote({ drafts: withEntry(makeRoom(run), key, { candidate, from, verdict, isRange }) })
  if (!verdict.ok && !known) refuse(run, candidate, from, verdict.code)
}

/** A dishonest proposer may sign any number of headers: two are kept, and whatever a Propose or a certificate names. */
function hasPlace(run: Run, key: string, { proposerNodeId }: Header): boolean {
  const { drafts, hashes, certificate } = run.state.vote
  const isNamed = [...hashes.values()].some((hash) => toHex(hash) === key)
  if (isNamed || (certificate && toHex(certificate.proposalHash) === key)) return true
  const isBySame = ({ candidate }: Draft) => bytesEqual(candidate.envelope.header.proposerNodeId, proposerNodeId)
  return [...drafts.values()].filter(isBySame).length < DRAFTS_PER_PROPOSER_MAX
}

function refuse(run: Run, { envelope }: AuthenticatedEnvelope, from: PeerName | undefined, code: RejectionCode): void {
  const { window, bytes } = envelope.header
  if (from === undefined) run.emit({ type: 'finding', code: 'DraftFailed', window, detail: `own draft: ${code}` })
  else run.emit({ type: 'rejected', from, window, code, bytes })
}

/** Two headers of one proposer for one window: both lose, and the pair is kept. */
function findSecondHeader(run: Run, header: Header): void {
  const { drafts } = run.state.vote
  const other = [...drafts.values()].find(({ candidate }) => {
    const known = candidate.envelope.header
    const isSameSlot = bytesEqual(known.proposerNodeId, header.proposerNodeId)
    return isSameSlot && bytesEqual(known.prevProposalHash, header.prevProposalHash) && candidate.signatures.header
  })
  if (!other || bytesEqual(other.candidate.envelope.header.scope, header.scope)) return
  const { window, proposerNodeId } = header
  const [ours, theirs] = [other.candidate.envelope.header.bytes, header.bytes]
  const detail = 'signed two headers'
  const code = 'EquivocatingProposer'
  reportEquivocation(run, { kind: 'header', code, window, nodeId: proposerNodeId, ours, theirs, detail })
  markDisputed(run, window, proposerNodeId)
}

/** The drafts, less one that nobody needs when there are too many: the own, the valid and voted ones stay. */
function makeRoom(run: Run): ReadonlyMap<string, Draft> {
  const { drafts, lock } = run.state.vote
  if (drafts.size < DRAFTS_MAX) return drafts
  const isNeeded = ([key, { from, verdict }]: readonly [string, Draft]) => {
    return from === undefined || key === lock.validProposal || (verdict.ok && hadQuorum(run, verdict.sealed.valueHex))
  }
  const dropped = [...drafts].find((entry) => !isNeeded(entry))?.[0]
  return new Map([...drafts].filter(([key]) => key !== dropped))
}

export function draftOfValue(run: Run, value: string): Draft | undefined {
  return [...run.state.vote.drafts.values()].find(({ verdict }) => verdict.ok && verdict.sealed.valueHex === value)
}

/** valid(X) of spec protocol 11.2 for the current round. */
export function isVotable(run: Run, { candidate, verdict }: Draft): boolean {
  if (!verdict.ok) return false
  const { header } = candidate.envelope
  const { clockValue, vote } = run.state
  if (clockValue && !bytesEqual(clockValue, header.timechainValue)) return false
  if (header.fallbackDepth > Math.max(1, vote.round)) return false
  return !vote.disputed.has(toHex(header.proposerNodeId)) || hadQuorum(run, verdict.sealed.valueHex)
}
