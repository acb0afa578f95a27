import { compareBytes, toHex } from '@montana/foundation'
import { stateRoots } from '@montana/ledger'
import { sumWeights } from './acceptance.js'
import { type ChainState, hasherOf, windowWeights } from './chain-state.js'
import { ENVELOPE_MAX_BYTES, PROTOCOL_VERSION, ZERO_HASH } from './constants.js'
import { controlRoot } from './control.js'
import { ConsensusError } from './errors.js'
import { cementedReveals } from './lottery/candidates.js'
import type { Confirmation } from './objects/confirmation.js'
import { envelopeBytes } from './objects/envelope.js'
import { HEADER_BYTES, type HeaderFields } from './objects/header.js'
import { includedBundlesRoot, includedRoot } from './roots.js'
import { settleWindow } from './settle.js'

/** An envelope that only lacks the header's signature. */
export interface UnsignedDraft {
  readonly header: HeaderFields
  readonly confirmers: readonly Confirmation[]
  readonly evidence: readonly Confirmation[]
  readonly control: readonly Uint8Array[]
}

export interface DraftInput {
  readonly proposerNodeId: Uint8Array
  readonly fallbackDepth: number
  readonly timechainValue: Uint8Array
  /** BC(W−1) at hand; contains at least those of the evidence signers of W−1. */
  readonly confirmers: readonly Confirmation[]
  /** BC(W) at hand, of quorum weight. */
  readonly evidence: readonly Confirmation[]
  /** The control set of W in its order: bodies whose signatures this node has verified and found valid. */
  readonly control: readonly Uint8Array[]
}

const byNodeId = (a: Confirmation, b: Confirmation) => compareBytes(a.nodeId, b.nodeId)

/** Assembles, settles and describes window head + 1: spec protocol 9.4. Throws LedgerError when it cannot settle. */
export function assembleDraft(state: ChainState, input: DraftInput): UnsignedDraft {
  const { confirmers, evidence } = fitEnvelope(state, input)
  requireConfirmers(state, confirmers)
  const candidates = cementedReveals(state, evidence)
  const winner = candidates[0]
  const winnerId = winner?.nodeId ?? input.proposerNodeId
  const { timechainValue, control } = input
  const settled = settleWindow(state, {
    timechainValue,
    confirmers,
    evidence,
    candidates,
    winnerId,
    control,
    controlSignatures: control.map(() => true),
  })
  const { nodeRoot, candidateRoot, accountRoot, stateRoot } = stateRoots(settled.state.tables)
  const header: HeaderFields = {
    prevProposalHash: state.context.proposalHash,
    window: state.context.window + 1,
    protocolVersion: PROTOCOL_VERSION,
    controlRoot: controlRoot(control, hasherOf(state)),
    nodeRoot,
    candidateRoot,
    accountRoot,
    stateRoot,
    timechainValue,
    includedBundlesRoot: includedBundlesRoot(confirmers, hasherOf(state)),
    includedRevealsRoot: includedRoot(candidates, hasherOf(state)),
    winnerEndpoint: winner?.endpoint ?? ZERO_HASH,
    winnerId,
    proposerNodeId: input.proposerNodeId,
    target: settled.state.context.target,
    fallbackDepth: input.fallbackDepth,
  }
  return { header, confirmers, evidence, control }
}

/** A header is signed once per window, so a draft that nobody would accept must never get that far. */
function requireConfirmers(state: ChainState, confirmers: readonly Confirmation[]): void {
  const listed = new Set(confirmers.map(({ nodeId }) => toHex(nodeId)))
  if (state.context.evidenceSigners.every((nodeId) => listed.has(toHex(nodeId)))) return
  throw new ConsensusError('STATE_LOST', 'a confirmation of the stored evidence is missing from the pool')
}

/** "Window W is being assembled, send your BC": a header with zero roots, spec protocol 9.2. */
export function noticeHeader(
  state: ChainState,
  input: { proposerNodeId: Uint8Array; timechainValue: Uint8Array; fallbackDepth: number },
): HeaderFields {
  const { candidateRoot } = stateRoots(state.tables)
  return {
    prevProposalHash: state.context.proposalHash,
    window: state.context.window + 1,
    protocolVersion: PROTOCOL_VERSION,
    controlRoot: controlRoot([]),
    nodeRoot: ZERO_HASH,
    candidateRoot,
    accountRoot: ZERO_HASH,
    stateRoot: ZERO_HASH,
    timechainValue: input.timechainValue,
    includedBundlesRoot: ZERO_HASH,
    includedRevealsRoot: ZERO_HASH,
    winnerEndpoint: ZERO_HASH,
    winnerId: input.proposerNodeId,
    proposerNodeId: input.proposerNodeId,
    target: state.context.target,
    fallbackDepth: input.fallbackDepth,
  }
}

/** Drops what an oversized envelope can do without: first optional confirmers, then the lightest evidence above quorum. */
function fitEnvelope(state: ChainState, input: DraftInput): Pick<DraftInput, 'confirmers' | 'evidence'> {
  const confirmers = [...input.confirmers].sort(byNodeId)
  const evidence = [...input.evidence].sort(byNodeId)
  const header = new Uint8Array(HEADER_BYTES)
  const fits = () => envelopeBytes({ header, confirmers, evidence, control: input.control }) <= ENVELOPE_MAX_BYTES
  const needed = state.context.evidenceSigners
  for (let i = confirmers.length - 1; i >= 0 && !fits(); i--) {
    const candidate = confirmers[i]
    if (candidate && !needed.some((id) => compareBytes(id, candidate.nodeId) === 0)) confirmers.splice(i, 1)
  }
  while (!fits() && dropLightest(state, evidence)) {}
  return { confirmers, evidence }
}

function dropLightest(state: ChainState, evidence: Confirmation[]): boolean {
  const weights = windowWeights(state)
  const lightest = [...evidence].sort((a, b) => weights.of(a.nodeId) - weights.of(b.nodeId))[0]
  if (!lightest || sumWeights(weights, evidence) - weights.of(lightest.nodeId) < weights.quorum) return false
  evidence.splice(evidence.indexOf(lightest), 1)
  return true
}
