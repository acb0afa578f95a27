import { bytesEqual } from '@montana/foundation'
import type { AcceptedProposal } from '../acceptance.js'
import { windowWeights } from '../chain-state.js'
import { WINDOWS_AHEAD } from '../constants.js'
import type { CementCertificate } from '../objects/certificate.js'
import type { Header } from '../objects/header.js'
import { forgetProcessed } from './admission.js'
import { attestHead, compareVotes } from './attest.js'
import type { PeerName } from './events.js'
import { grindNext } from './grind.js'
import { type Run, withEntry } from './run.js'
import type { SealedWindow } from './sealed.js'
import { type EngineState, headOf, indexByNode, type RecentWindow } from './state.js'
import { freshVote } from './vote/state.js'

/** Attestations are compared with this many windows back. */
const VALUES_KEPT = 64

/** Commits W = head + 1: durable first, then everything that depends on it (spec protocol 10.2). */
export function cement(
  run: Run,
  { proposal, sealed }: { proposal: AcceptedProposal; sealed: SealedWindow },
  certificate: CementCertificate | undefined,
  from: PeerName | undefined,
): void {
  const { envelope, settled } = proposal
  commit(run, proposal, sealed, certificate)
  const previous = run.state.chain
  run.update({ ...advance(run, recentWindow(run, envelope.header, sealed, certificate)), chain: sealed.chain })
  run.update({ headEnvelope: envelope })
  forgetProcessed(run, previous, settled)
  const isOwn = bytesEqual(envelope.header.proposerNodeId, run.config.selfNodeId)
  if (isOwn && (from === undefined || certificate)) {
    run.emit({ type: 'broadcast', message: { kind: 'proposal', window: headOf(run.state), payload: envelope.bytes } })
  }
  grindNext(run)
  if (run.config.cementing === 'vote') return
  attestHead(run, sealed.value)
  compareVotes(run, headOf(run.state))
}

function commit(
  run: Run,
  { envelope, settled }: AcceptedProposal,
  { chain, encodedContext, contextHash, value }: SealedWindow,
  certificate: CementCertificate | undefined,
): void {
  const { context } = chain
  run.emit({
    type: 'commit',
    commit: {
      window: context.window,
      proposalHash: context.proposalHash,
      stateRoot: envelope.header.stateRoot,
      timechainValue: context.timechainValue,
      contextHash,
      cementValue: value,
      aggregate: context.aggregatePrev1,
      envelope: envelope.bytes,
      context: encodedContext,
      changes: settled.changes,
      registrations: settled.outcomes,
      admitted: settled.selected,
      ...(certificate && { certificate: certificate.bytes }),
    },
  })
}

function recentWindow(
  run: Run,
  { proposerNodeId }: Header,
  { chain, contextHash, valueHex }: SealedWindow,
  certificate: CementCertificate | undefined,
): RecentWindow {
  return {
    value: valueHex,
    proposalHash: chain.context.proposalHash,
    contextHash,
    weights: windowWeights(run.state.chain),
    isCertified: certificate !== undefined,
    proposerNodeId,
    isDisputed: false,
  }
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
    proving: undefined,
    quorumAtMs: undefined,
    appliedAtMs: nowMs,
    resentAtMs: nowMs,
    periodMs: nowMs - state.appliedAtMs,
    confirmations: keep(state.confirmations),
    reveals: keep(state.reveals),
    votes: keep(state.votes),
    vote: freshVote(nowMs),
    own: {
      reveals: keep(own.reveals),
      confirmations: keep(own.confirmations),
      votes: keep(own.votes),
      proposals: new Map(),
      draft: undefined,
      lockedDraft: undefined,
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
