import { toHex } from '@montana/foundation'
import { U128_MAX } from './constants.js'
import { LedgerError } from './errors.js'
import type { ProtocolParams } from './genesis/params.js'
import type { NodeRecord } from './records/node.js'
import { type ControlInput, processControl, type RegistrationOutcome } from './registration/batch.js'
import { expireCandidates, type SelectionInput, selectCandidates } from './registration/selection.js'
import { type LedgerState, stateChanges, type TableChange } from './state.js'

export type SettleParams = Pick<ProtocolParams, 'emissionMoneta'> & ControlInput['params'] & SelectionInput['params']

/** What settle needs of a window whose envelope passed every check before 17 of spec protocol 10.1. */
export interface SettleInput extends ControlInput, SelectionInput {
  readonly params: SettleParams
  readonly winnerId: Uint8Array
  /** Signers of list 1, distinct. */
  readonly confirmers: readonly Uint8Array[]
}

export interface Settled {
  readonly state: LedgerState
  readonly changes: TableChange[]
  /** One per control object, in the order in which they were processed. */
  readonly outcomes: readonly RegistrationOutcome[]
  /** Node ids admitted in this window, in selection order. */
  readonly selected: readonly Uint8Array[]
}

/**
 * The tables after `input.window`; `state` itself is never changed. The steps are those of spec protocol 12.1 in their
 * order: a registration of W competes for the slots of W, and a node that is selected in W is not credited in W.
 * Throws {@link LedgerError}.
 */
export function settleTables(state: LedgerState, input: SettleInput): Settled {
  const { state: registered, outcomes } = processControl(state, input)
  const emitted = emit(registered, input)
  const { state: admitted, selected } = selectCandidates(expireCandidates(emitted, input.window), input)
  const after = closeEpoch(creditConfirmers(admitted, input), input)
  return { state: after, changes: stateChanges(state, after), outcomes, selected }
}

/** Everything emitted up to and including `window`, in nɈ: spec protocol 12.1. */
export function supply(window: number, emissionMoneta = 13_000_000_000n): bigint {
  return BigInt(window) * emissionMoneta
}

/** What window `window` emits: nothing at 0, which is genesis. */
export function emissionOf(window: number, emissionMoneta: bigint): bigint {
  return window === 0 ? 0n : emissionMoneta
}

/** The end of an epoch for one node: checkpoints move up, the snapshot is the growth since the oldest: step 3.6. */
export function rotateCheckpoints(node: NodeRecord): NodeRecord {
  const checkpoints = [...node.checkpoints.slice(1), node.chainLength]
  return { ...node, checkpoints, chainLengthSnapshot: node.chainLength - (checkpoints[0] ?? 0) }
}

/** Step 2. */
function emit(state: LedgerState, { window, params, winnerId }: SettleInput): LedgerState {
  const amount = emissionOf(window, params.emissionMoneta)
  const winner = state.nodes.get(winnerId)
  if (winner === undefined) throw new LedgerError('UnknownWinner', { winnerId: toHex(winnerId) })
  const account = state.accounts.get(winner.operatorAccountId)
  if (account === undefined) {
    throw new LedgerError('MissingOperatorAccount', { accountId: toHex(winner.operatorAccountId) })
  }
  const balance = account.balance + amount
  if (balance > U128_MAX) throw new LedgerError('ArithmeticRange', { accountId: toHex(account.accountId) })
  return amount === 0n ? state : { ...state, accounts: state.accounts.set({ ...account, balance }) }
}

/** Step 3.5. */
function creditConfirmers(state: LedgerState, { window, confirmers }: SettleInput): LedgerState {
  let nodes = state.nodes
  for (const nodeId of confirmers) {
    const node = nodes.get(nodeId)
    if (node === undefined) throw new LedgerError('UnknownConfirmer', { nodeId: toHex(nodeId) })
    if (node.chainLength >= Number.MAX_SAFE_INTEGER) throw new LedgerError('ArithmeticRange', { nodeId: toHex(nodeId) })
    nodes = nodes.set({ ...node, chainLength: node.chainLength + 1, lastConfirmationWindow: window })
  }
  return { ...state, nodes }
}

/** Step 3.6; window 0 ends no epoch. */
function closeEpoch(state: LedgerState, { window, params }: SettleInput): LedgerState {
  if (window === 0 || window % params.tau2Windows !== 0) return state
  let nodes = state.nodes
  for (const node of state.nodes.entries()) nodes = nodes.set(rotateCheckpoints(node))
  return { ...state, nodes }
}
