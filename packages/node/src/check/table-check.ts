import { decodeEnvelope } from '@montana/consensus'
import { bytesEqual, toHex } from '@montana/foundation'
import {
  type Aligned,
  childrenOf,
  composeStateRoot,
  type Leaf,
  type MerkleHasher,
  rangeOf,
  rootOfStubs,
  type Stub,
  stubOf,
} from '@montana/ledger'
import { REPAIR, REPAIR_AND_JOIN, type ReadStore, type StoreFault, type StubRow, type TableName } from '@montana/store'

const TABLES: readonly TableName[] = ['account', 'node', 'candidate']
/** Leaves that are in memory at once, 3 MiB; a subtree of more is computed from its halves. No special reason. */
const LEAVES_MAX = 16_384

/** Of one table; more say nothing new, because all are computed anew. */
const STUBS_NAMED = 16

type Roots = Readonly<Record<TableName, Uint8Array>>

/** Every stub against the leaves below it, and the roots that follow against the state root of the head. */
export function tableRootFaults(store: ReadStore, hasher: MerkleHasher): StoreFault[] {
  const head = store.head()
  if (!head) return []
  const faults: StoreFault[] = []
  const rootOf = (table: TableName) => {
    const rows = store.stubs(table).all()
    const stubs = rows.map((row) => recomputed(store, table, row, hasher))
    const wrong = rows.filter((row, i) => !isThatOf(row, stubs[i]))
    faults.push(...wrong.slice(0, STUBS_NAMED).map((row) => stubFault(table, row)))
    return rootOfStubs(stubs, hasher)
  }
  const roots: Roots = { account: rootOf('account'), node: rootOf('node'), candidate: rootOf('candidate') }
  const root = composeStateRoot(roots.node, roots.candidate, roots.account)
  if (bytesEqual(root, head.stateRoot)) return faults
  return [...faults, ...wrongTables(store, head.window, roots).map((table) => rootFault(table, head.window))]
}

function recomputed(store: ReadStore, table: TableName, aligned: Aligned, hasher: MerkleHasher): Stub {
  const { depth, lo } = aligned
  const leaves = firstOf(store.table(table).leaves(lo, rangeOf(aligned).hi), LEAVES_MAX + 1)
  if (leaves.length <= LEAVES_MAX) return stubOf(depth, lo, leaves, hasher)
  const [left, right] = childrenOf(aligned).map((half) => recomputed(store, table, half, hasher))
  if (!left || !right) throw new RangeError(`no halves of a subtree of depth ${depth}`)
  const [count, hash] = [left.count + right.count, hasher.node(left.hash, right.hash)]
  return { depth, lo, count, hash, key: left.count > 0 ? left.key : right.key, height: 256 - depth }
}

function firstOf(leaves: Iterable<Leaf>, limit: number): Leaf[] {
  const first: Leaf[] = []
  for (const leaf of leaves) {
    first.push(leaf)
    if (first.length === limit) break
  }
  return first
}

/** A dirty stub claims nothing yet. */
function isThatOf(row: StubRow, stub: Stub | undefined): boolean {
  if (row.hash === null) return true
  const isSmall = row.count <= LEAVES_MAX
  return (
    stub !== undefined &&
    bytesEqual(row.hash, stub.hash) &&
    row.count === stub.count &&
    (!isSmall || row.height === stub.height)
  )
}

/** The header names the root of each table; without it any of them may be the one. */
function wrongTables(store: ReadStore, window: number, roots: Roots): TableName[] {
  try {
    const envelope = store.windowAt(window)?.envelope
    if (!envelope) return [...TABLES]
    const { accountRoot, nodeRoot, candidateRoot } = decodeEnvelope(envelope).header
    const wanted: Roots = { account: accountRoot, node: nodeRoot, candidate: candidateRoot }
    const wrong = TABLES.filter((table) => !bytesEqual(roots[table], wanted[table]))
    return wrong.length > 0 ? wrong : [...TABLES]
  } catch {
    return [...TABLES]
  }
}

function stubFault(table: TableName, { lo, depth }: StubRow): StoreFault {
  const message = `the stub of depth ${depth} is not that of the leaves below it`
  return { code: 'STUB_WRONG', file: 'store.db', table, key: toHex(lo), message, remedy: REPAIR, mend: 'here' }
}

function rootFault(table: TableName, window: number): StoreFault {
  const message = 'the records do not give the root in the header of the head'
  return { code: 'TABLE_WRONG', file: 'store.db', table, window, message, remedy: REPAIR_AND_JOIN, mend: 'peers' }
}
