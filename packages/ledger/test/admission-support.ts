import {
  type AccountRecord,
  accountCodec,
  type CandidateRecord,
  type ControlObject,
  candidateCodec,
  type LedgerState,
  type NodeRecord,
  nodeCodec,
  nodeIdOf,
  type Settled,
  type SettleInput,
  settleTables,
  Table,
} from '../src/index.js'
import { account, node, repeat, settleInput } from './helpers.js'

export const U64_MAX = 2n ** 64n - 1n
export const WINDOW = 10
export const ids = [repeat(1, 32), repeat(2, 32), repeat(3, 32)]
export const idOf = (byte: number) => nodeIdOf(repeat(byte, 1952))

interface Records {
  accounts?: AccountRecord[]
  nodes?: NodeRecord[]
  candidates?: CandidateRecord[]
}

/** Three nodes with their accounts, and what a test adds; a later record replaces an earlier one of the same key. */
export function stateWith({ accounts = [], nodes = [], candidates = [] }: Records = {}): LedgerState {
  const own = { accounts: ids.map((id) => account(id)), nodes: ids.map((id) => node(id)) }
  return {
    accounts: Table.fromRecords(accountCodec, [...own.accounts, ...accounts]),
    nodes: Table.fromRecords(nodeCodec, [...own.nodes, ...nodes]),
    candidates: Table.fromRecords(candidateCodec, candidates),
  }
}

export function settle(state: LedgerState, over: Partial<SettleInput>): Settled {
  return settleTables(state, settleInput({ window: WINDOW, ...over }))
}

export function faultsOf(state: LedgerState, objects: ControlObject[], over: Partial<SettleInput> = {}) {
  return settle(state, { control: objects, ...over }).outcomes.map(({ fault }) => fault)
}
