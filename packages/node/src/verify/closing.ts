import { type ChainState, contextHash, decodeContext, encodeContext } from '@montana/consensus'
import { bytesEqual, compareBytes, errorCode, errorMessage, toHex } from '@montana/foundation'
import {
  accountCodec,
  candidateCodec,
  decodeState,
  type LedgerState,
  type MerkleHasher,
  nodeCodec,
  stateRoots,
} from '@montana/ledger'
import type { Head, ReadStore, TableName } from '@montana/store'
import { type FaultList, readOrReport } from './fault-list.js'
import { requireBytes, typed } from './store-reader.js'

const KEY_BYTES = 32

/** The stored tables and context against the replayed S_head: byte for byte, streaming. */
export function compareWithReplay(store: ReadStore, chain: ChainState, faults: FaultList): void {
  const { window } = chain.context
  const context = readOrReport(faults, window, () => storedContext(store))
  if (context && !bytesEqual(context, encodeContext(chain.context))) {
    faults.add(window, 'STORE_CONTEXT_MISMATCH', `the stored context is not the one after window ${window}`)
  }
  for (const { table, records } of encodedTables(chain.tables)) {
    readOrReport(faults, window, () => compareTable(store, table, records, { window, faults }))
  }
}

function storedContext(store: ReadStore): Uint8Array {
  const context = typed(() => store.context())
  requireBytes(context, 'context')
  return context
}

function encodedTables({ accounts, nodes, candidates }: LedgerState) {
  return [
    { table: 'account', records: encoded(accounts.entries(), accountCodec.encode) },
    { table: 'node', records: encoded(nodes.entries(), nodeCodec.encode) },
    { table: 'candidate', records: encoded(candidates.entries(), candidateCodec.encode) },
  ] as const
}

function* encoded<R>(records: Iterable<R>, encode: (record: R) => Uint8Array): Generator<Uint8Array> {
  for (const record of records) yield encode(record)
}

/** Both sides ascend by key, which is the first 32 bytes of a record. */
function compareTable(
  store: ReadStore,
  table: TableName,
  replayed: Iterator<Uint8Array>,
  { window, faults }: { window: number; faults: FaultList },
): void {
  const stored = store.tableRecords(table)
  const report = (record: Uint8Array, what: string) => {
    faults.add(window, 'STORE_TABLE_MISMATCH', `${table} record ${toHex(keyOf(record)).slice(0, 16)} ${what}`)
  }
  let have = next(stored)
  let want = next(replayed)
  while (have || want) {
    const order = have && want ? compareBytes(keyOf(have), keyOf(want)) : have ? -1 : 1
    if (have && want && order === 0 && !bytesEqual(have, want)) report(have, 'is not the replayed one')
    if (have && order < 0) report(have, 'does not belong there')
    if (want && order > 0) report(want, 'is missing')
    if (order <= 0) have = next(stored)
    if (order >= 0) want = next(replayed)
  }
}

function next(records: Iterator<Uint8Array>): Uint8Array | undefined {
  const result = records.next()
  if (result.done) return undefined
  requireBytes(result.value, 'record')
  return result.value
}

function keyOf(record: Uint8Array): Uint8Array {
  return record.subarray(0, KEY_BYTES)
}

/** Without a replay to compare with: that context, tables and row of the head agree with each other. */
export function compareWithHead(store: ReadStore, hasher: MerkleHasher | undefined, faults: FaultList): void {
  const head = readOrReport(faults, null, () => storedHead(store))
  if (!head) return
  const context = readOrReport(faults, head.window, () => storedContext(store))
  if (context && !isContextOf(context, head.window, head.contextHash)) {
    faults.add(
      head.window,
      'STORE_CONTEXT_MISMATCH',
      'the stored context is not the one that the head was cemented with',
    )
  }
  const root = readOrReport(faults, head.window, () => storedRoot(store, hasher))
  if (typeof root === 'string') faults.add(head.window, 'STORE_TABLE_MISMATCH', root)
  else if (root && !bytesEqual(root, head.stateRoot)) {
    faults.add(head.window, 'STORE_TABLE_MISMATCH', 'the stored tables do not give the state root of the head')
  }
}

function storedHead(store: ReadStore): Head | undefined {
  const head = store.head()
  requireBytes(head?.stateRoot, 'stateRoot of the head')
  requireBytes(head.contextHash, 'contextHash of the head')
  return head
}

function isContextOf(bytes: Uint8Array, window: number, hash: Uint8Array): boolean {
  try {
    return decodeContext(bytes).window === window && bytesEqual(contextHash(bytes), hash)
  } catch {
    return false
  }
}

/** The state root, or why there is none. */
function storedRoot(store: ReadStore, hasher: MerkleHasher | undefined): Uint8Array | string {
  try {
    const accounts = store.tableRecords('account')
    const nodes = store.tableRecords('node')
    const candidates = store.tableRecords('candidate')
    return stateRoots(decodeState({ accounts, nodes, candidates }, hasher)).stateRoot
  } catch (error) {
    if (errorCode(error).startsWith('STORE_')) throw error
    return `a stored record cannot be decoded: ${errorMessage(error)}`
  }
}
