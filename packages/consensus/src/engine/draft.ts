import { concatBytes, errorMessage } from '@montana/foundation'
import { isSettleFault } from '@montana/ledger'
import { type AuthenticatedEnvelope, confirmationFault, sumWeights } from '../acceptance.js'
import { windowWeights } from '../chain-state.js'
import { GRACE_MAX_MS, GRACE_PERIOD_FRACTION } from '../constants.js'
import { assembleDraft } from '../draft.js'
import { ConsensusError } from '../errors.js'
import type { Confirmation } from '../objects/confirmation.js'
import { decodeEnvelope, encodeEnvelope } from '../objects/envelope.js'
import { headerScope, proposalHash } from '../objects/header.js'
import { controlBodies } from './admission.js'
import type { SignedEvent } from './events.js'
import { publishAtMs } from './publish.js'
import type { Run } from './run.js'
import { headOf } from './state.js'

/** BC(W) at hand that would pass check 11 with the own clock value. */
function usableEvidence(run: Run, clockValue: Uint8Array): Confirmation[] {
  const { chain, confirmations } = run.state
  const pool = confirmations.get(headOf(run.state) + 1)?.values() ?? []
  return [...pool].filter((confirmation) => confirmationFault(chain, confirmation, clockValue, true) === undefined)
}

/** BC(W−1) at hand; the pool always holds the evidence of the stored envelope W−1. */
function usableConfirmers(run: Run): Confirmation[] {
  const { chain, confirmations } = run.state
  if (chain.context.window === 0) return []
  const value = chain.context.timechainValue
  const pool = confirmations.get(chain.context.window)?.values() ?? []
  return [...pool].filter((confirmation) => confirmationFault(chain, confirmation, value, true) === undefined)
}

/** Drafts head + 1 for slot `depth` once a quorum confirmed it and slow members had their grace: spec protocol 9.4. */
export function draftWhenReady(run: Run, depth: number): void {
  const { state, nowMs } = run
  if (!state.clockValue || state.own.draft || nowMs < publishAtMs(run)) return
  const weights = windowWeights(state.chain)
  const evidence = usableEvidence(run, state.clockValue)
  const weight = sumWeights(weights, evidence)
  if (weight < weights.quorum || evidence.length === 0) return
  const quorumAtMs = state.quorumAtMs ?? nowMs
  run.update({ quorumAtMs })
  const isDue = weight >= weights.active || nowMs >= quorumAtMs + graceMs(run)
  if (isDue) signDraft(run, { depth, evidence, timechainValue: state.clockValue })
}

export function graceMs(run: Run): number {
  return Math.min(GRACE_MAX_MS, GRACE_PERIOD_FRACTION * run.state.periodMs)
}

interface DraftParts {
  readonly depth: number
  readonly evidence: readonly Confirmation[]
  readonly timechainValue: Uint8Array
}

/** One header per window, ever: whatever is signed here is the only draft of this node for it (spec protocol 9.3). */
function signDraft(run: Run, { depth: fallbackDepth, evidence, timechainValue }: DraftParts): void {
  const window = headOf(run.state) + 1
  if (!run.maySign(window) || run.isSigning('header', window)) return
  const control = controlBodies(run)
  if (!control) return
  const input = { proposerNodeId: run.config.selfNodeId, fallbackDepth, timechainValue, control, evidence }
  try {
    const draft = assembleDraft(run.state.chain, { ...input, confirmers: usableConfirmers(run) })
    run.sign({ kind: 'header', window, scope: headerScope(draft.header), draft })
  } catch (error) {
    if (!(isSettleFault(error) || error instanceof ConsensusError)) throw error
    run.emit({ type: 'finding', code: 'DraftFailed', window, detail: errorMessage(error) })
  }
}

/** The header is signed: journal the whole draft before anything else sees it. Returns it as anybody's envelope. */
export function keepOwnDraft(run: Run, event: SignedEvent): AuthenticatedEnvelope | undefined {
  const { window, scope, draft } = event
  if (!draft || window !== headOf(run.state) + 1 || run.state.own.draft || run.state.halted) return undefined
  const bytes = encodeEnvelope({ ...draft, header: concatBytes(scope, event.signature) })
  run.update({ own: { ...run.state.own, draft: bytes } })
  const entry = { window, kind: 'header', round: 0, phase: 0, hash: proposalHash(scope), bytes } as const
  run.emit({ type: 'journal', entry })
  return trusted(bytes)
}

/** An envelope whose signatures were checked, or made, before it was journaled. */
export function trusted(bytes: Uint8Array): AuthenticatedEnvelope {
  const envelope = decodeEnvelope(bytes)
  const all = (list: readonly unknown[]) => list.map(() => true)
  const signatures = {
    header: true,
    confirmers: all(envelope.confirmers),
    evidence: all(envelope.evidence),
    control: all(envelope.control),
  }
  return { envelope, signatures }
}
