import { hashWithDomain } from '@montana/codec'
import { compareBytes, toHex } from '@montana/foundation'
import { activeNodeCount } from '../activity.js'
import { CHECKPOINT_COUNT, HASH_BYTES, PUBLIC_KEY_BYTES, SUITE_ML_DSA_65, U32_MAX } from '../constants.js'
import { LedgerError } from '../errors.js'
import type { ProtocolParams } from '../genesis/params.js'
import type { AccountRecord } from '../records/account.js'
import type { CandidateRecord } from '../records/candidate.js'
import type { NodeRecord } from '../records/node.js'
import type { LedgerState } from '../state.js'
import { selectionSlots } from './pressure.js'

export interface SelectionInput {
  readonly window: number
  readonly params: Pick<ProtocolParams, 'tau2Windows' | 'selectionInterval' | 'admissionDivisor'>
  /** T_r(W). */
  readonly timechainValue: Uint8Array
  /** CBA(W−2). */
  readonly aggregate: Uint8Array
}

/** Position of a candidate: H("mt-selection", T_r(W) ‖ CBA(W−2) ‖ node_id), spec protocol 12.5. */
export function selectionSortKey(timechainValue: Uint8Array, aggregate: Uint8Array, nodeId: Uint8Array): Uint8Array {
  return hashWithDomain('mt-selection', timechainValue, aggregate, nodeId)
}

/** Step 3a: candidates with expires ≤ W leave the pool. */
export function expireCandidates(state: LedgerState, window: number): LedgerState {
  const expired = [...state.candidates.entries()].filter(({ expires }) => expires <= window)
  const candidates = expired.reduce((pool, { nodeId }) => pool.delete(nodeId), state.candidates)
  return { ...state, candidates }
}

/**
 * Step 3b, in every selection_interval-th window: the first candidates in order become nodes, as many as there are
 * slots. `selected` are their node ids in that order. Throws LedgerError `ArithmeticRange` where a new account would
 * have to carry a window beyond u32.
 */
export function selectCandidates(
  state: LedgerState,
  input: SelectionInput,
): { state: LedgerState; selected: Uint8Array[] } {
  if (input.window % input.params.selectionInterval !== 0) return { state, selected: [] }
  const selected: Uint8Array[] = []
  let current = state
  for (const candidate of firstCandidates(state, input)) {
    const candidates = current.candidates.delete(candidate.nodeId)
    const isFree = !current.accounts.get(candidate.operatorAccountId)?.isNodeOperator
    current = isFree ? { ...admit(current, candidate, input.window), candidates } : { ...current, candidates }
    if (isFree) selected.push(candidate.nodeId)
  }
  return { state: current, selected }
}

function firstCandidates({ nodes, candidates }: LedgerState, input: SelectionInput): CandidateRecord[] {
  if (candidates.size === 0) return []
  const { window, params, timechainValue, aggregate } = input
  const active = activeNodeCount(nodes.entries(), window, params.tau2Windows)
  return [...candidates.entries()]
    .map((candidate) => ({ candidate, key: selectionSortKey(timechainValue, aggregate, candidate.nodeId) }))
    .sort((a, b) => compareBytes(a.key, b.key))
    .slice(0, selectionSlots(active, params.admissionDivisor))
    .map(({ candidate }) => candidate)
}

function admit(state: LedgerState, candidate: CandidateRecord, window: number): LedgerState {
  const { operatorAccountId } = candidate
  const account = state.accounts.get(operatorAccountId) ?? keylessAccount(operatorAccountId, window)
  return {
    ...state,
    accounts: state.accounts.set({ ...account, isNodeOperator: true }),
    nodes: state.nodes.set(newNode(candidate, window)),
  }
}

/** The lottery floors the snapshot to 1: spec protocol 12.5. */
function newNode({ nodeId, nodePublicKey, suiteId, operatorAccountId }: CandidateRecord, window: number): NodeRecord {
  return {
    nodeId,
    nodePublicKey,
    suiteId,
    operatorAccountId,
    startWindow: window,
    chainLength: 1,
    chainLengthSnapshot: 0,
    checkpoints: new Array<number>(CHECKPOINT_COUNT).fill(0),
    lastConfirmationWindow: 0,
  }
}

/** An account that is known by its id alone until its owner reveals the key: spec protocol 12.5, 17.4. */
function keylessAccount(accountId: Uint8Array, window: number): AccountRecord {
  if (window > U32_MAX) throw new LedgerError('ArithmeticRange', { accountId: toHex(accountId) })
  return {
    accountId,
    balance: 0n,
    suiteId: SUITE_ML_DSA_65,
    isNodeOperator: true,
    frontierHash: new Uint8Array(HASH_BYTES),
    opHeight: 0,
    accountChainLength: 0,
    accountChainLengthSnapshot: 0,
    currentPublicKey: new Uint8Array(PUBLIC_KEY_BYTES),
    creationWindow: window,
    lastOpWindow: window,
    lastActivationWindow: 0,
  }
}
