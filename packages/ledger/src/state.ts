import { hashWithDomain } from '@montana/codec'
import type { MerkleHasher } from './merkle/hasher.js'
import { type AccountRecord, accountCodec } from './records/account.js'
import { type CandidateRecord, candidateCodec } from './records/candidate.js'
import { type NodeRecord, nodeCodec } from './records/node.js'
import { Table } from './table.js'

/** The three tables after some window. Immutable: a copy is the same object. */
export interface LedgerState {
  readonly accounts: Table<AccountRecord>
  readonly nodes: Table<NodeRecord>
  readonly candidates: Table<CandidateRecord>
}

export type TableName = 'account' | 'node' | 'candidate'

/** A record to store under `key`, or `null` to remove it. */
export interface TableChange {
  readonly table: TableName
  readonly key: Uint8Array
  readonly record: Uint8Array | null
  /** Leaf hash of the record, where the tree has it already. */
  readonly leaf?: Uint8Array
}

export interface StateRoots {
  readonly accountRoot: Uint8Array
  readonly nodeRoot: Uint8Array
  readonly candidateRoot: Uint8Array
  readonly stateRoot: Uint8Array
}

export function emptyState(hasher?: MerkleHasher): LedgerState {
  return {
    accounts: Table.empty(accountCodec, hasher),
    nodes: Table.empty(nodeCodec, hasher),
    candidates: Table.empty(candidateCodec, hasher),
  }
}

/** Encoded records of the three tables, as a store keeps them. */
export interface StateRecords {
  readonly accounts: Iterable<Uint8Array>
  readonly nodes: Iterable<Uint8Array>
  readonly candidates: Iterable<Uint8Array>
}

/** Throws `CodecError` at the first record that is not one. */
export function decodeState(records: StateRecords, hasher?: MerkleHasher): LedgerState {
  return {
    accounts: Table.fromRecords(accountCodec, decodeAll(records.accounts, accountCodec.decode), hasher),
    nodes: Table.fromRecords(nodeCodec, decodeAll(records.nodes, nodeCodec.decode), hasher),
    candidates: Table.fromRecords(candidateCodec, decodeAll(records.candidates, candidateCodec.decode), hasher),
  }
}

/** Spec protocol 5.3. */
export function stateRoots(state: LedgerState): StateRoots {
  const accountRoot = state.accounts.root()
  const nodeRoot = state.nodes.root()
  const candidateRoot = state.candidates.root()
  return { accountRoot, nodeRoot, candidateRoot, stateRoot: composeStateRoot(nodeRoot, candidateRoot, accountRoot) }
}

/** state_root = H("mt-state-root", node ‖ candidate ‖ account): spec protocol 5.3. */
export function composeStateRoot(node: Uint8Array, candidate: Uint8Array, account: Uint8Array): Uint8Array {
  return hashWithDomain('mt-state-root', node, candidate, account)
}

/**
 * What a store must write to get from `before` to `after`; a full list when `before` is the empty state. The roots of
 * `after` are computed first, which its header needs anyway: each record then comes with its leaf hash.
 */
export function stateChanges(before: LedgerState, after: LedgerState): TableChange[] {
  stateRoots(after)
  return [
    ...tableChanges('account', before.accounts, after.accounts, accountCodec.encode),
    ...tableChanges('node', before.nodes, after.nodes, nodeCodec.encode),
    ...tableChanges('candidate', before.candidates, after.candidates, candidateCodec.encode),
  ]
}

function tableChanges<R>(
  table: TableName,
  before: Table<R>,
  after: Table<R>,
  encode: (record: R) => Uint8Array,
): TableChange[] {
  return after.changesSince(before).map(({ key, record, leaf }) => ({
    table,
    key,
    record: record === undefined ? null : encode(record),
    ...(leaf && { leaf }),
  }))
}

function* decodeAll<R>(records: Iterable<Uint8Array>, decode: (bytes: Uint8Array) => R): Generator<R> {
  for (const bytes of records) yield decode(bytes)
}
