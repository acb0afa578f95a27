import { compareBytes } from '@montana/foundation'
import {
  type ControlObject,
  decodeNodeRegistration,
  type RegistrationOutcome,
  settleTables,
  type TableChange,
} from '@montana/ledger'
import { nextD } from '@montana/timechain'
import { bundleAggregate } from './aggregate.js'
import { type ChainState, windowWeights } from './chain-state.js'
import { CONTEXT_CANDIDATES_MAX } from './constants.js'
import { type ConsensusContext, comparePendingControl, type PendingControl } from './context.js'
import { cementedControl, nextControlSet } from './control.js'
import type { ExpectedReveal } from './lottery/candidates.js'
import { calibrateTarget } from './lottery/ticket.js'
import type { Confirmation } from './objects/confirmation.js'
import { addToHistogram, medianPermille, participationPermille } from './participation.js'

/** What settling W = head + 1 needs from the envelope; proposal_hash comes afterwards, because it covers the result. */
export interface SettleInput {
  readonly timechainValue: Uint8Array
  readonly confirmers: readonly Confirmation[]
  readonly evidence: readonly Confirmation[]
  /** C(W−1). */
  readonly candidates: readonly ExpectedReveal[]
  readonly winnerId: Uint8Array
  /** The control set of W in its order, canonical bytes of registrations. */
  readonly control: readonly Uint8Array[]
  /** One verdict of the crypto stage per control object; a missing one counts as invalid. */
  readonly controlSignatures: readonly boolean[]
}

export interface Settled {
  /** S_W but for the proposal hash, which {@link sealSettled} adds. */
  readonly state: ChainState
  readonly changes: readonly TableChange[]
  /** What became of the control objects, in the order in which they were processed. */
  readonly outcomes: readonly RegistrationOutcome[]
  /** Nodes admitted in W. */
  readonly selected: readonly Uint8Array[]
}

/** settle(W), a pure function of S_{W−1} and the envelope: spec protocol 12.1. Throws LedgerError; touches nothing. */
export function settleWindow(previous: ChainState, input: SettleInput): Settled {
  const window = previous.context.window + 1
  const { state: tables, ...result } = settleTables(previous.tables, {
    window,
    params: previous.params,
    winnerId: input.winnerId,
    confirmers: input.confirmers.map(({ nodeId }) => nodeId),
    control: controlObjects(input),
    timechainValue: input.timechainValue,
    aggregate: previous.context.aggregatePrev1,
  })
  return { state: { params: previous.params, tables, context: nextContext(previous, input) }, ...result }
}

function controlObjects({ control, controlSignatures }: SettleInput): ControlObject[] {
  return control.map((bytes, index) => ({
    registration: decodeNodeRegistration(bytes),
    isSignatureValid: controlSignatures[index] ?? false,
  }))
}

/** The settled state once the header, and with it the proposal hash, is known. */
export function sealSettled(settled: Settled, proposalHash: Uint8Array): ChainState {
  return { ...settled.state, context: { ...settled.state.context, proposalHash } }
}

function nextContext(previous: ChainState, input: SettleInput): ConsensusContext {
  const { context } = previous
  const window = context.window + 1
  const counted = {
    ...context,
    window,
    timechainValue: input.timechainValue,
    revealCount: context.revealCount + input.candidates.length,
    participation: addToHistogram(context.participation, participationOf(previous, input.confirmers)),
    aggregatePrev2: context.aggregatePrev1,
    aggregatePrev1: bundleAggregate(
      window - 1,
      input.confirmers.map(({ nodeId }) => nodeId),
    ),
    evidenceSigners: input.evidence.map(({ nodeId }) => nodeId).sort(compareBytes),
    pendingControl: nextPending(previous, input.evidence),
    candidates: input.candidates.slice(0, CONTEXT_CANDIDATES_MAX).map(({ ticket, nodeId }) => ({ ticket, nodeId })),
  }
  return window % previous.params.tau2Windows === 0 ? closeEpoch(previous, counted) : counted
}

function participationOf(previous: ChainState, confirmers: readonly Confirmation[]): number {
  const weights = windowWeights(previous)
  const weight = confirmers.reduce((sum, { nodeId }) => sum + weights.of(nodeId), 0)
  return participationPermille(previous.context.window + 1, weight, weights.active)
}

/** What was served leaves the list whether or not it had an effect; what was cemented joins: spec protocol 12.2. */
function nextPending(previous: ChainState, evidence: readonly Confirmation[]): PendingControl[] {
  const served = new Set(nextControlSet(previous))
  const waiting = previous.context.pendingControl.filter((entry) => !served.has(entry))
  return [...waiting, ...cementedControl(previous, evidence)].sort(comparePendingControl)
}

/** Step 5 at multiples of τ₂: target, then D, then the counters begin anew (spec protocol 3.2, 3.5). */
function closeEpoch({ params }: ChainState, context: ConsensusContext): ConsensusContext {
  const median = medianPermille(context.participation, params.tau2Windows)
  const [latest, second] = context.epochDs
  return {
    ...context,
    target: calibrateTarget(context.target, BigInt(context.revealCount), BigInt(params.tau2Windows)),
    revealCount: 0,
    participation: new Map(),
    nextD: nextD(context.nextD, median, params),
    epochDs: [context.nextD, latest, second],
  }
}
