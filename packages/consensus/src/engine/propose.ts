import { bytesEqual, concatBytes, errorMessage } from '@montana/foundation'
import { LedgerError } from '@montana/ledger'
import { confirmationFault, sumWeights } from '../acceptance.js'
import { windowWeights } from '../chain-state.js'
import { GRACE_MAX_MS, GRACE_PERIOD_FRACTION } from '../constants.js'
import { assembleDraft, noticeHeader } from '../draft.js'
import { ConsensusError } from '../errors.js'
import type { Confirmation } from '../objects/confirmation.js'
import { decodeEnvelope, encodeEnvelope } from '../objects/envelope.js'
import { headerScope, proposalHash } from '../objects/header.js'
import { canonicalProposer } from '../proposer.js'
import { receiveEnvelope } from './cement.js'
import type { SignedEvent } from './events.js'
import { publishAtMs } from './publish.js'
import type { Run } from './run.js'
import { headOf } from './state.js'

/** The only slot of the `bootstrap` rule. */
const DEPTH = 1

export function isProposer(run: Run): boolean {
  const list = run.config.rule.fallbackList(run.state.chain)
  return bytesEqual(canonicalProposer(list, DEPTH), run.config.selfNodeId)
}

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

/** Drafts head + 1 once a quorum confirmed it and slow members had their grace: spec protocol 9.4. */
export function proposeWhenReady(run: Run): void {
  const { state, nowMs } = run
  if (!state.clockValue || state.own.draft || !isProposer(run) || nowMs < publishAtMs(run)) return
  const weights = windowWeights(state.chain)
  const evidence = usableEvidence(run, state.clockValue)
  const weight = sumWeights(weights, evidence)
  if (weight < weights.quorum || evidence.length === 0) return
  const quorumAtMs = state.quorumAtMs ?? nowMs
  run.update({ quorumAtMs })
  if (weight >= weights.active || nowMs >= quorumAtMs + graceMs(run)) signDraft(run, evidence, state.clockValue)
}

export function graceMs(run: Run): number {
  return Math.min(GRACE_MAX_MS, GRACE_PERIOD_FRACTION * run.state.periodMs)
}

function signDraft(run: Run, evidence: readonly Confirmation[], timechainValue: Uint8Array): void {
  const window = headOf(run.state) + 1
  if (run.isSigning('header', window)) return
  const proposerNodeId = run.config.selfNodeId
  const input = { proposerNodeId, fallbackDepth: DEPTH, timechainValue, control: [], evidence }
  try {
    const draft = assembleDraft(run.state.chain, { ...input, confirmers: usableConfirmers(run) })
    run.sign({ kind: 'header', window, scope: headerScope(draft.header), draft })
  } catch (error) {
    if (!(error instanceof LedgerError || error instanceof ConsensusError)) throw error
    run.emit({ type: 'finding', code: 'DraftFailed', window, detail: errorMessage(error) })
  }
}

/** The header is signed: journal the whole draft, then take it through the same acceptance as anybody's. */
export function completeDraft(run: Run, event: SignedEvent): void {
  const { window, scope, draft } = event
  if (!draft || window !== headOf(run.state) + 1 || run.state.own.draft || run.state.halted) return
  const bytes = encodeEnvelope({ ...draft, header: concatBytes(scope, event.signature) })
  run.update({ own: { ...run.state.own, draft: bytes } })
  const entry = { window, kind: 'header', round: 0, phase: 0, hash: proposalHash(scope), bytes } as const
  run.emit({ type: 'journal', entry })
  cementOwnDraft(run)
}

/** Also how a process continues that died after signing its header: the stored draft is the only one it will ever send. */
export function cementOwnDraft(run: Run): void {
  const { draft } = run.state.own
  if (!draft) return
  const envelope = decodeEnvelope(draft)
  const all = (list: readonly unknown[]) => list.map(() => true)
  const { confirmers, evidence, control } = envelope
  const signatures = { header: true, confirmers: all(confirmers), evidence: all(evidence), control: all(control) }
  receiveEnvelope(run, { envelope, signatures }, undefined)
}

/** Asks the members again for their confirmations while the window stands still. */
export function signNotice(run: Run): void {
  const { state, config } = run
  if (!state.clockValue || state.own.draft || !isProposer(run)) return
  const input = { proposerNodeId: config.selfNodeId, timechainValue: state.clockValue }
  const scope = headerScope(noticeHeader(state.chain, input))
  run.sign({ kind: 'notice', window: headOf(state) + 1, scope })
}

export function publishNotice(run: Run, event: SignedEvent): void {
  if (event.window !== headOf(run.state) + 1) return
  const payload = concatBytes(event.scope, event.signature)
  run.emit({ type: 'broadcast', message: { kind: 'proposal', window: event.window, payload } })
}
