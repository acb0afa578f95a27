import { sha256 } from '@montana/codec'
import { bytesEqual, toHex } from '@montana/foundation'
import type { AuthenticatedEnvelope } from '../../acceptance.js'
import { DRAFTS_MAX, DRAFTS_PER_PROPOSER_MAX } from '../../constants.js'
import type { RejectionCode } from '../../errors.js'
import { certifiedValue } from '../../objects/certificate.js'
import { type Header, isNotice, proposalHash } from '../../objects/header.js'
import type { PeerName } from '../events.js'
import { markDisputed, reportEquivocation } from '../misbehaviour.js'
import { type Run, withEntry } from '../run.js'
import { judge } from '../sealed.js'
import { type EngineState, headOf } from '../state.js'
import { hadQuorum } from '../tally.js'
import type { Draft } from './state.js'

/** Which envelope this is, body included: no header names list 2, so whoever passes one on may put another there. */
export function draftKey(bytes: Uint8Array): string {
  return toHex(sha256(bytes))
}

export function isOfProposal({ candidate }: Draft, hash: Uint8Array): boolean {
  return bytesEqual(proposalHash(candidate.envelope.header.scope), hash)
}

/** Takes in an envelope for head + 1, from whatever message; judged once. A refused one is remembered by its hash. */
export function keepDraft(
  run: Run,
  candidate: AuthenticatedEnvelope,
  from: PeerName | undefined,
  isRange = false,
): void {
  const { header, bytes } = candidate.envelope
  if (header.window !== headOf(run.state) + 1 || isNotice(header)) return
  const key = draftKey(bytes)
  if (run.state.vote.drafts.has(key)) return
  // An unsigned header says nothing about whom it names, and must cost no place.
  if (!candidate.signatures.header) return refuse(run, candidate, from, 'InvalidSignature')
  findSecondHeader(run, header)
  if (!hasPlace(run, header)) return
  const verdict = judge(run, candidate)
  run.updateVote({ drafts: withEntry(makeRoom(run), key, { candidate, from, verdict, isRange }) })
  if (!verdict.ok) refuse(run, candidate, from, verdict.code)
}

/**
 * A dishonest proposer may sign any number of headers, and any peer may send a header with any number of bodies: two
 * are kept, and what may be the value that a Propose or a certificate names.
 */
function hasPlace(run: Run, header: Header): boolean {
  const { proposerNodeId } = header
  const isBySame = ({ candidate }: Draft) => bytesEqual(candidate.envelope.header.proposerNodeId, proposerNodeId)
  const count = [...run.state.vote.drafts.values()].filter(isBySame).length
  return count < DRAFTS_PER_PROPOSER_MAX || isAwaited(run, proposalHash(header.scope))
}

/** Does a Propose or a certificate name a value of this proposal that is not at hand? */
function isAwaited(run: Run, hash: Uint8Array): boolean {
  const { hashes, proposals, certificate } = run.state.vote
  const named = [...proposals.values()].map(({ value, proposalHash }) => [toHex(value), proposalHash] as const)
  const certified = certificate && ([toHex(certifiedValue(certificate)), certificate.proposalHash] as const)
  return [...hashes, ...named, ...(certified ? [certified] : [])].some(([value, of]) => {
    return bytesEqual(of, hash) && !draftOfValue(run, value)
  })
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

/** The drafts, less one when there are too many: a refused one first, then one that nobody voted for. */
function makeRoom(run: Run): ReadonlyMap<string, Draft> {
  const { drafts } = run.state.vote
  if (drafts.size < DRAFTS_MAX) return drafts
  const spare = [...drafts].filter(([, draft]) => !isNeeded(run, draft))
  const dropped = spare.find(([, { verdict }]) => !verdict.ok) ?? spare[0]
  return new Map([...drafts].filter(([key]) => key !== dropped?.[0]))
}

function isNeeded(run: Run, { from, verdict }: Draft): boolean {
  if (from === undefined || !verdict.ok) return from === undefined
  const { valueHex } = verdict.sealed
  const { lock, proposals, round } = run.state.vote
  const proposed = proposals.get(round)?.value
  return valueHex === lock.validValue || valueHex === (proposed && toHex(proposed)) || hadQuorum(run, valueHex)
}

export function draftOfValue(run: Run, value: string): Draft | undefined {
  return [...run.state.vote.drafts.values()].find(({ verdict }) => verdict.ok && verdict.sealed.valueHex === value)
}

/** What a peer that asks for a proposal is given: the body that is to be voted on now, else one that was, else a valid one. */
export function draftOfProposal({ vote }: Pick<EngineState, 'vote'>, hash: Uint8Array): Draft | undefined {
  const { drafts, hashes, proposals, round } = vote
  const valid = [...drafts.values()].filter((draft) => draft.verdict.ok && isOfProposal(draft, hash))
  const of = (isNamed: (value: string) => boolean) => {
    return valid.find(({ verdict }) => verdict.ok && isNamed(verdict.sealed.valueHex))
  }
  const proposed = proposals.get(round)
  return (
    of((value) => proposed !== undefined && value === toHex(proposed.value)) ??
    of((value) => hashes.has(value)) ??
    valid[0]
  )
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
