import { bytesEqual, toHex } from '@montana/foundation'
import { type AcceptedProposal, type AuthenticatedEnvelope, acceptEnvelope } from '../acceptance.js'
import { windowWeights } from '../chain-state.js'
import { SAMPLE_SEGMENTS, WINDOWS_AHEAD } from '../constants.js'
import { cementValue, contextHash, encodeContext } from '../context.js'
import type { RejectionCode } from '../errors.js'
import type { Header } from '../objects/header.js'
import { isNotice, proposalHash } from '../objects/header.js'
import { sealSettled } from '../settle.js'
import { attestHead, compareVotes } from './attest.js'
import type { PeerName } from './events.js'
import { type Run, withEntry } from './run.js'
import { type EngineState, headOf, indexByNode, type RecentWindow } from './state.js'

/** Attestations are compared with this many windows back. */
const VALUES_KEPT = 64

/** An envelope arrived, from a peer or (`from` undefined) from this node itself. */
export function receiveEnvelope(run: Run, candidate: AuthenticatedEnvelope, from: PeerName | undefined): void {
  const { header } = candidate.envelope
  const next = headOf(run.state) + 1
  if (header.window < next) return compareStale(run, header, candidate.signatures.header)
  if (header.window > next) return run.emit({ type: 'behind', from: from ?? '', window: header.window })
  if (run.state.held?.reason === 'disagreement') return
  const verdict = accept(run, candidate, run.state.clockValue)
  if (verdict.ok) return adoptOrHold(run, candidate, verdict.proposal, from)
  const disagrees = verdict.code === 'TimechainMismatch' && accept(run, candidate, undefined).ok
  if (disagrees && !run.state.halted) return recomputeClock(run, candidate, from)
  reject(run, from, header.window, verdict.code)
}

/** An own draft that nobody would accept stops the network, because there will be no second one: it must be seen. */
function reject(run: Run, from: PeerName | undefined, window: number, code: RejectionCode): void {
  if (from !== undefined) return run.emit({ type: 'rejected', from, window, code })
  run.emit({ type: 'finding', code: 'DraftFailed', window, detail: `own draft: ${code}` })
}

function accept(run: Run, candidate: AuthenticatedEnvelope, ownTimechainValue: Uint8Array | undefined) {
  const { rule } = run.config
  return acceptEnvelope({ state: run.state.chain, rule, ownTimechainValue }, candidate)
}

/** A value that this node computed, or drafted with, is settled; any other is treated by policy (spec protocol 13.3). */
function adoptOrHold(
  run: Run,
  candidate: AuthenticatedEnvelope,
  proposal: AcceptedProposal,
  from: PeerName | undefined,
): void {
  if (run.state.clockValue || from === undefined || adoptsUnseen(run)) return cement(run, proposal, from)
  if (!run.state.held) run.update({ held: { candidate, from, reason: 'policy' } })
}

/** Without proofs, sample(n) recomputes the whole window with probability n/64. */
function adoptsUnseen(run: Run): boolean {
  const { verify, random } = run.config
  if (run.state.held) return false
  if (verify.kind === 'full') return false
  return verify.kind === 'quorum' || random.next() >= verify.segments / SAMPLE_SEGMENTS
}

/** The network and the own clock disagree: compute once more before believing either (spec protocol 3.4). */
function recomputeClock(run: Run, candidate: AuthenticatedEnvelope, from: PeerName | undefined): void {
  run.update({ held: { candidate, from: from ?? '', reason: 'disagreement' }, clockValue: undefined })
  grindNext(run)
}

export function grindNext(run: Run): void {
  const { context } = run.state.chain
  run.emit({ type: 'grind', window: context.window + 1, previous: context.timechainValue, d: context.nextD })
}

/** The own clock has computed T_r(head + 1). */
export function receiveTick(run: Run, window: number, value: Uint8Array): void {
  if (window !== headOf(run.state) + 1) return
  const { held } = run.state
  run.update({ clockValue: value, held: undefined })
  if (!held) return
  if (held.reason === 'disagreement') reportDisagreement(run, held.candidate.envelope.header, value)
  if (!run.state.halted) receiveEnvelope(run, held.candidate, held.from)
}

function reportDisagreement(run: Run, header: Header, value: Uint8Array): void {
  const agrees = bytesEqual(header.timechainValue, value)
  const code = agrees ? 'LocalClockFault' : 'TimechainDivergence'
  const detail = agrees ? 'the second run agrees with the network' : 'two runs disagree with a quorum'
  run.emit({ type: 'finding', code, window: header.window, detail })
  if (!agrees) run.update({ halted: code })
}

/** Commits W = head + 1: durable first, then everything that depends on it (spec protocol 10.2). */
function cement(run: Run, { envelope, settled }: AcceptedProposal, from: PeerName | undefined): void {
  const { header } = envelope
  const chain = sealSettled(settled, proposalHash(header.scope))
  const { context } = chain
  const encoded = encodeContext(context)
  const hash = contextHash(encoded)
  const value = cementValue(context.proposalHash, hash)
  run.emit({
    type: 'commit',
    commit: {
      window: header.window,
      proposalHash: context.proposalHash,
      stateRoot: header.stateRoot,
      timechainValue: header.timechainValue,
      contextHash: hash,
      cementValue: value,
      aggregate: context.aggregatePrev1,
      envelope: envelope.bytes,
      context: encoded,
      changes: settled.changes,
    },
  })
  const weights = windowWeights(run.state.chain)
  const proposal = context.proposalHash
  const { proposerNodeId } = header
  const flags = { isCertified: false, isDisputed: false }
  const recent = { value: toHex(value), proposalHash: proposal, contextHash: hash, weights, proposerNodeId, ...flags }
  run.update({ ...advance(run, recent), chain, headEnvelope: envelope })
  if (from === undefined) {
    run.emit({ type: 'broadcast', message: { kind: 'proposal', window: header.window, payload: envelope.bytes } })
  }
  grindNext(run)
  attestHead(run, value)
  compareVotes(run, header.window)
}

/** What changes with the head besides the chain: pools keep the new head and two windows beyond. */
function advance(run: Run, recent: RecentWindow): Partial<EngineState> {
  const { state, nowMs } = run
  const head = headOf(state) + 1
  const keep = <T>(map: ReadonlyMap<number, T>) => {
    return new Map([...map].filter(([window]) => window >= head && window <= head + WINDOWS_AHEAD))
  }
  const { own } = state
  return {
    values: withEntry(new Map([...state.values].filter(([window]) => window > head - VALUES_KEPT)), head, recent),
    clockValue: undefined,
    held: undefined,
    quorumAtMs: undefined,
    appliedAtMs: nowMs,
    resentAtMs: nowMs,
    periodMs: nowMs - state.appliedAtMs,
    confirmations: keep(state.confirmations),
    reveals: keep(state.reveals),
    votes: keep(state.votes),
    own: {
      reveals: keep(own.reveals),
      confirmations: keep(own.confirmations),
      votes: keep(own.votes),
      draft: undefined,
    },
  }
}

/** The evidence of a cemented window joins the pool, so that the next draft can credit all of it. */
export function poolEvidence(run: Run): void {
  const { state } = run
  const head = headOf(state)
  const pool = state.confirmations.get(head) ?? new Map()
  const merged = new Map([...pool, ...indexByNode(state.headEnvelope?.evidence ?? [])])
  run.update({ confirmations: withEntry(state.confirmations, head, merged) })
}

/** A second, different header for a cemented window is evidence against its signer; the window stands. */
function compareStale(run: Run, header: Header, signatureValid: boolean): void {
  const known = run.state.values.get(header.window)
  const before = run.state.values.get(header.window - 1)
  if (!known || known.isDisputed || !signatureValid || isNotice(header)) return
  if (!known.proposerNodeId || !bytesEqual(known.proposerNodeId, header.proposerNodeId)) return
  if (bytesEqual(known.proposalHash, proposalHash(header.scope))) return
  if (before && !bytesEqual(before.proposalHash, header.prevProposalHash)) return
  const { window } = header
  run.update({ values: withEntry(run.state.values, window, { ...known, isDisputed: true }) })
  run.emit({ type: 'evidence', kind: 'header', window, ours: undefined, theirs: header.bytes })
  const detail = `node ${toHex(header.proposerNodeId).slice(0, 16)} signed two headers`
  run.emit({ type: 'finding', code: 'EquivocatingProposer', window, detail })
}
