import { decodeEnvelope, type Header } from '@montana/consensus'
import { bytesEqual, ConfigError, toHex } from '@montana/foundation'
import {
  decodeGenesisDocument,
  type GenesisDocument,
  lastKeyOf,
  type MerkleHasher,
  STUB_LEAVES_MAX,
  type Stub,
  StubTree,
  stubsOfLeaves,
} from '@montana/ledger'
import type { StateTableName } from '@montana/network'
import type { ReadStore, StubRow, TableReader } from '@montana/store'
import { StoreInconsistent } from '../chain/restore.js'
import { FIRST_KEY, LAST_KEY, TABLE_ORDER } from './chunk-order.js'
import { StubBuilder } from './stub-builder.js'
import type { RecordCounts } from './types.js'

/** Leaves between two looks at the signal; about 50 ms of hashing. */
const LEAVES_PER_SLICE = 1_024
/** 16 MiB of keys and hashes, as objects. No special reason. */
const LEAVES_AT_ONCE = 65_536

/** One table of the window, and the tree over it with which its parts are proven. */
export interface SourceTable {
  readonly reader: TableReader
  readonly tree: StubTree
}

/** Everything that a snapshot of one window is made of. */
export interface SnapshotSource {
  readonly document: GenesisDocument
  readonly genesisDocument: Uint8Array
  readonly window: number
  readonly envelope: Uint8Array
  readonly header: Header
  readonly certificate: Uint8Array
  readonly context: Uint8Array
  readonly counts: RecordCounts
  readonly tables: Readonly<Record<StateTableName, SourceTable>>
}

/**
 * The state of the head, or of a frozen `window`. Throws ConfigError where there is nothing to make a snapshot of, and
 * {@link StoreInconsistent} where the tables do not give the roots of their header.
 */
export async function readSource(
  store: ReadStore,
  window: number | undefined,
  hasher: MerkleHasher,
  signal: AbortSignal,
): Promise<SnapshotSource> {
  const head = store.head()?.window ?? 0
  const chosen = window ?? head
  const stored = chosen === 0 ? undefined : store.windowAt(chosen)
  const isHead = chosen === head
  const context = isHead ? store.context() : store.anchors.context(chosen)
  const genesisDocument = store.genesisDocument()
  if (!stored?.envelope || !context || !genesisDocument) throw notFrozen(store, chosen)
  const certificate = store.certificates.get(chosen)
  if (!certificate) throw notCertified(chosen)
  const readerOf = (table: StateTableName) => (isHead ? store.table(table) : store.at(chosen).table(table))
  const tables: Partial<Record<StateTableName, SourceTable>> = {}
  for (const table of TABLE_ORDER) {
    const reader = readerOf(table)
    const kept = isHead ? stubsOfHead(store.stubs(table).all(), reader, hasher) : undefined
    const stubs = kept ?? (await stubsOf(reader, hasher, signal))
    tables[table] = { reader, tree: new StubTree(stubs, hasher) }
  }
  const { account, node, candidate } = tables as Record<StateTableName, SourceTable>
  const { header } = decodeEnvelope(stored.envelope)
  checkRoots(header, { account, node, candidate })
  return {
    document: decodeGenesisDocument(genesisDocument),
    ...{ genesisDocument, window: chosen, envelope: stored.envelope, header, certificate, context },
    counts: { account: account.reader.count(), node: node.reader.count(), candidate: candidate.reader.count() },
    tables: { account, node, candidate },
  }
}

/**
 * The stored stubs, those anew below which something was changed since they were computed; `undefined` where that would
 * take too many leaves into memory at once, as in a store that has never computed any.
 */
function stubsOfHead(rows: readonly StubRow[], reader: TableReader, hasher: MerkleHasher): Stub[] | undefined {
  const share = rows.reduce((sum, { depth, hash }) => (hash ? sum : sum + 2 ** -depth), 0)
  if (share * reader.count() > LEAVES_AT_ONCE) return undefined
  return rows.flatMap((row) => {
    const { depth, lo, hash } = row
    if (hash) return [{ ...row, hash }]
    return stubsOfLeaves(depth, lo, [...reader.leaves(lo, lastKeyOf({ depth, lo }))], STUB_LEAVES_MAX, hasher)
  })
}

async function stubsOf(reader: TableReader, hasher: MerkleHasher, signal: AbortSignal): Promise<readonly Stub[]> {
  const builder = new StubBuilder(reader.count(), hasher)
  let added = 0
  for (const { key, hash } of reader.leaves(FIRST_KEY, LAST_KEY)) {
    builder.add(key, hash)
    if (++added % LEAVES_PER_SLICE > 0) continue
    await new Promise((resolve) => setImmediate(resolve))
    signal.throwIfAborted()
  }
  return builder.finish()
}

function checkRoots(header: Header, tables: SnapshotSource['tables']): void {
  const roots = { account: header.accountRoot, node: header.nodeRoot, candidate: header.candidateRoot }
  for (const table of TABLE_ORDER) {
    const found = tables[table].tree.root()
    if (bytesEqual(found, roots[table])) continue
    const message = `the ${table} table has root ${toHex(found)}, window ${header.window} has ${toHex(roots[table])}`
    throw new StoreInconsistent(message, 'tables')
  }
}

function notFrozen(store: ReadStore, window: number): ConfigError {
  if (window === 0) {
    const remedy = 'wait until the node has applied its first window'
    return new ConfigError(`${store.dir} has no window yet`, { code: 'SNAPSHOT_NO_STATE', field: 'data-dir', remedy })
  }
  const frozen = store.anchors.list().map((anchor) => anchor.window)
  const choice = [...frozen, store.head()?.window].join(', ')
  const remedy = `leave --window out, or name one of ${choice}`
  return new ConfigError(`the state of window ${window} is not kept`, {
    code: 'SNAPSHOT_NO_STATE',
    field: 'window',
    remedy,
  })
}

function notCertified(window: number): ConfigError {
  const remedy = 'wait until the members have certified it'
  const message = `window ${window} has no certificate yet, and without it nobody could trust its state`
  return new ConfigError(message, { code: 'SNAPSHOT_NO_CERTIFICATE', field: 'window', remedy })
}
