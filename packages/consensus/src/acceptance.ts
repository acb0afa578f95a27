import { bytesEqual, compareBytes, errorCode, toHex } from '@montana/foundation'
import { isSettleFault, registrationHash, stateRoots } from '@montana/ledger'
import { type ChainState, hasherOf, memberOf, type WindowWeights, windowWeights } from './chain-state.js'
import { CONFIRMATION_HASHES_MAX, PROTOCOL_VERSION, SUPPORTED_SUITE, ZERO_HASH } from './constants.js'
import { controlRoot, nextControlSet } from './control.js'
import type { RejectionCode } from './errors.js'
import { cementedReveals, type ExpectedReveal } from './lottery/candidates.js'
import type { Confirmation } from './objects/confirmation.js'
import type { Envelope } from './objects/envelope.js'
import type { Header } from './objects/header.js'
import { canonicalProposer, type ProposerRule } from './proposer.js'
import { includedBundlesRoot, includedRoot } from './roots.js'
import { type Settled, settleWindow } from './settle.js'

/** An envelope whose signatures were checked by the crypto stage; the verdicts travel with it (design: types as stages). */
export interface AuthenticatedEnvelope {
  readonly envelope: Envelope
  readonly signatures: {
    readonly header: boolean
    readonly confirmers: readonly boolean[]
    readonly evidence: readonly boolean[]
    /** Of list 3, each under the node key that it registers. An invalid one is a matter of settling, not of acceptance. */
    readonly control: readonly boolean[]
  }
}

/** The outcome of {@link acceptEnvelope} that may be cemented. */
export interface AcceptedProposal {
  readonly envelope: Envelope
  readonly settled: Settled
}

export type Acceptance =
  | { readonly ok: true; readonly proposal: AcceptedProposal }
  | { readonly ok: false; readonly code: RejectionCode }

export interface AcceptanceInput {
  readonly state: ChainState
  readonly rule: ProposerRule
  /** T_r(W) if this node computed it. */
  readonly ownTimechainValue: Uint8Array | undefined
}

class Rejected extends Error {
  constructor(readonly rejection: RejectionCode) {
    super(rejection)
  }
}

/** Checks 2 to 19 of spec protocol 10.1, in order; the first failure decides and nothing of the state is touched. */
export function acceptEnvelope(input: AcceptanceInput, candidate: AuthenticatedEnvelope): Acceptance {
  try {
    return { ok: true, proposal: checkAll(input, candidate) }
  } catch (error) {
    if (error instanceof Rejected) return { ok: false, code: error.rejection }
    if (isSettleFault(error)) return { ok: false, code: errorCode(error) as RejectionCode }
    throw error
  }
}

function require(condition: boolean, code: RejectionCode): asserts condition {
  if (!condition) throw new Rejected(code)
}

function checkAll(input: AcceptanceInput, { envelope, signatures }: AuthenticatedEnvelope): AcceptedProposal {
  const { state } = input
  const { header } = envelope
  const weights = windowWeights(state)
  checkHeader(input, header, signatures.header)
  const previous = { window: header.window - 1, value: state.context.timechainValue }
  checkConfirmations(state, envelope.confirmers, signatures.confirmers, previous)
  checkConfirmersIncluded(state, envelope.confirmers)
  const current = { window: header.window, value: header.timechainValue }
  checkConfirmations(state, envelope.evidence, signatures.evidence, current)
  require(sumWeights(weights, envelope.evidence) >= weights.quorum, 'QuorumNotReached')
  checkControl(state, envelope)
  const bundlesRoot = includedBundlesRoot(envelope.confirmers, hasherOf(state))
  require(bytesEqual(header.includedBundlesRoot, bundlesRoot), 'BundlesRootMismatch')
  const candidates = cementedReveals(state, envelope.evidence)
  const revealsRoot = includedRoot(candidates, hasherOf(state))
  require(bytesEqual(header.includedRevealsRoot, revealsRoot), 'RevealsRootMismatch')
  checkWinner(header, candidates)
  const { timechainValue, winnerId } = header
  const { confirmers, evidence, control } = envelope
  const settled = settleWindow(state, {
    timechainValue,
    confirmers,
    evidence,
    candidates,
    winnerId,
    control,
    controlSignatures: signatures.control,
  })
  checkResult(header, settled)
  return { envelope, settled }
}

/** Checks 2 to 8. */
function checkHeader(input: AcceptanceInput, header: Header, signatureValid: boolean): void {
  const { state, rule, ownTimechainValue } = input
  require(header.fallbackDepth !== 0, 'ZeroDepth')
  require(header.window === state.context.window + 1, 'WindowNotSequential')
  require(header.protocolVersion >= PROTOCOL_VERSION, 'VersionRegression')
  require(header.protocolVersion <= PROTOCOL_VERSION, 'UnsupportedVersion')
  const proposer = memberOf(state, header.proposerNodeId, header.window)
  require(proposer !== undefined, 'UnknownProposer')
  require(proposer.suiteId === SUPPORTED_SUITE, 'UnsupportedSuite')
  require(signatureValid, 'InvalidSignature')
  require(bytesEqual(header.prevProposalHash, state.context.proposalHash), 'PrevHashMismatch')
  const canonical = canonicalProposer(rule.fallbackList(state), header.fallbackDepth)
  require(bytesEqual(header.proposerNodeId, canonical), 'NonCanonicalProposer')
  require(!ownTimechainValue || bytesEqual(header.timechainValue, ownTimechainValue), 'TimechainMismatch')
}

/** Checks 9 and 11: order, window and each confirmation on its own. */
function checkConfirmations(
  state: ChainState,
  list: readonly Confirmation[],
  signatures: readonly boolean[],
  expected: { window: number; value: Uint8Array },
): void {
  if (expected.window === 0) require(list.length === 0, 'BundleWindowMismatch')
  for (const [index, confirmation] of list.entries()) {
    const before = list[index - 1]
    require(!before || compareBytes(before.nodeId, confirmation.nodeId) < 0, 'SignerOrder')
    require(confirmation.window === expected.window, 'BundleWindowMismatch')
    const fault = confirmationFault(state, confirmation, expected.value, signatures[index] ?? false)
    if (fault) throw new Rejected(fault)
  }
}

/** The first failing rule of spec protocol 8.1, or undefined. `value` is T_r of the confirmation's window. */
export function confirmationFault(
  state: ChainState,
  confirmation: Confirmation,
  value: Uint8Array,
  signatureValid: boolean,
): RejectionCode | undefined {
  const member = memberOf(state, confirmation.nodeId, confirmation.window)
  if (!member) return 'UnknownNode'
  if (member.suiteId !== SUPPORTED_SUITE) return 'UnsupportedSuite'
  if (!bytesEqual(confirmation.endpoint, value)) return 'WrongEndpoint'
  if (confirmation.opHashes.length > CONFIRMATION_HASHES_MAX) return 'TooManyOps'
  if (confirmation.revealHashes.length > CONFIRMATION_HASHES_MAX) return 'TooManyReveals'
  if (!isStrictlyAscending(confirmation.opHashes)) return 'OpsOutOfOrder'
  if (!isStrictlyAscending(confirmation.revealHashes)) return 'RevealsOutOfOrder'
  return signatureValid ? undefined : 'InvalidSignature'
}

export function isStrictlyAscending(hashes: readonly Uint8Array[]): boolean {
  return hashes.every((hash, index) => {
    const before = hashes[index - 1]
    return before === undefined || compareBytes(before, hash) < 0
  })
}

/** Check 10: everyone who carried the quorum of W−1 is credited; no sum of weights, see spec protocol 10.1. */
function checkConfirmersIncluded(state: ChainState, confirmers: readonly Confirmation[]): void {
  const listed = new Set(confirmers.map(({ nodeId }) => toHex(nodeId)))
  const all = state.context.evidenceSigners.every((nodeId) => listed.has(toHex(nodeId)))
  require(all, 'MissingConfirmer')
}

export function sumWeights(weights: WindowWeights, list: readonly { nodeId: Uint8Array }[]): number {
  return list.reduce((sum, { nodeId }) => sum + weights.of(nodeId), 0)
}

/** Check 13. */
function checkControl(state: ChainState, { header, control }: Envelope): void {
  const expected = nextControlSet(state)
  const same = control.every((object, index) => {
    const entry = expected[index]
    return entry !== undefined && bytesEqual(entry.hash, registrationHash(object))
  })
  require(same && control.length === expected.length, 'ControlSetMismatch')
  require(bytesEqual(header.controlRoot, controlRoot(control, hasherOf(state))), 'ControlRootMismatch')
}

/** Check 16: the first candidate of W−1, or without any the proposer itself (spec protocol 6.4). */
function checkWinner(header: Header, candidates: readonly ExpectedReveal[]): void {
  const winner = candidates[0]
  require(bytesEqual(header.winnerId, winner?.nodeId ?? header.proposerNodeId), 'WinnerMismatch')
  require(bytesEqual(header.winnerEndpoint, winner?.endpoint ?? ZERO_HASH), 'WinnerEndpointMismatch')
}

/** Checks 18 and 19. */
function checkResult(header: Header, { state }: Settled): void {
  require(header.target === state.context.target, 'TargetMismatch')
  const roots = stateRoots(state.tables)
  require(bytesEqual(header.nodeRoot, roots.nodeRoot), 'NodeRootMismatch')
  require(bytesEqual(header.candidateRoot, roots.candidateRoot), 'CandidateRootMismatch')
  require(bytesEqual(header.accountRoot, roots.accountRoot), 'AccountRootMismatch')
  require(bytesEqual(header.stateRoot, roots.stateRoot), 'StateRootMismatch')
}
