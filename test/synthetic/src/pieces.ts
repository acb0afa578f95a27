import type { ChainState } from '@montana/consensus'
import {
  accountCodec,
  candidateCodec,
  compareTreeOrder,
  hasherOf,
  nodeCodec,
  prefixOf,
  type Stub,
  stubOf,
  subtreeBounds,
} from '@montana/ledger'
import type { HashBackend } from '@montana/native'
import type { StagedPiece } from '@montana/store'
import type { AccountSource } from './account-source.js'
import type { AccountTree, Group } from './account-tree.js'

const KEY_BYTES = 32

interface Row {
  readonly key: Uint8Array
  readonly record: Uint8Array
  readonly hash: Uint8Array
}

interface AccountRows {
  readonly tree: AccountTree
  readonly source: AccountSource
  readonly order: Uint32Array
  readonly backend: HashBackend
}

/** The whole account table, one piece for each group of the tree. */
export function* accountPieces(accounts: AccountRows, { tables }: ChainState): Generator<StagedPiece> {
  const { depth, groups } = accounts.tree
  const operators = [...tables.accounts.entries()].map((one) => rowOf(accountCodec.encode(one), accounts.backend))
  for (const [prefix, group] of groups.entries()) {
    const own = operators.filter(({ key }) => prefixOf(key, depth) === prefix)
    const { lo, hi } = subtreeBounds(depth, prefix)
    yield pieceOf('account', { lo, hi }, [...rowsOf(accounts, group), ...own])
  }
}

/** A table that is one piece and one stub. */
export function smallTable(table: 'node' | 'candidate', { tables }: ChainState, backend: HashBackend) {
  const nodes = () => [...tables.nodes.entries()].map((one) => nodeCodec.encode(one))
  const candidates = () => [...tables.candidates.entries()].map((one) => candidateCodec.encode(one))
  const rows = (table === 'node' ? nodes() : candidates()).map((record) => rowOf(record, backend))
  const { lo, hi } = subtreeBounds(0, 0)
  const piece = pieceOf(table, { lo, hi }, rows)
  const stub: Stub = stubOf(0, lo, inOrder(rows), hasherOf(backend))
  return { piece, stub }
}

function rowsOf({ tree, source, order }: AccountRows, { from, count }: Group): Row[] {
  return Array.from({ length: count }, (_, i) => {
    const record = source.record(order[from + i] ?? 0)
    const hash = tree.leaves.subarray((from + i) * KEY_BYTES, (from + i + 1) * KEY_BYTES)
    return { key: record.subarray(0, KEY_BYTES), record, hash }
  })
}

function rowOf(record: Uint8Array, backend: HashBackend): Row {
  return { key: record.subarray(0, KEY_BYTES), record, hash: backend.merkleLeaf(record) }
}

function pieceOf(
  table: StagedPiece['table'],
  bounds: Pick<StagedPiece, 'lo' | 'hi'>,
  rows: readonly Row[],
): StagedPiece {
  const sorted = inOrder(rows)
  return {
    table,
    ...bounds,
    keys: Buffer.concat(sorted.map(({ key }) => key)),
    records: Buffer.concat(sorted.map(({ record }) => record)),
    leaves: Buffer.concat(sorted.map(({ hash }) => hash)),
  }
}

function inOrder(rows: readonly Row[]): Row[] {
  return [...rows].sort((a, b) => compareTreeOrder(a.key, b.key))
}
