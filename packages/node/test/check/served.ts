import { decodeEnvelope } from '@montana/consensus'
import { bytesEqual, toHex } from '@montana/foundation'
import { type GenesisDocument, type Leaf, stubOf } from '@montana/ledger'

import { openStore, type ReadStore, type TableName } from '@montana/store'
import { restoreChain } from '../../src/chain/restore.js'
import { ANCHOR } from './damaged-node.js'

/** What a node answers, item by item. */
export type Served = ReadonlyMap<string, string>

const LOWEST = new Uint8Array(32)
const HIGHEST = new Uint8Array(32).fill(0xff)
const TABLES: readonly TableName[] = ['account', 'node', 'candidate']

type Item = readonly [string, unknown]

/**
 * Everything that can be read from a store once a node has started on it: an item that is refused, or that is not there,
 * is left out. Empty where the node does not start.
 */
export function servedBy(dir: string, document: GenesisDocument, windows: number): Served {
  const served = new Map<string, string>()
  const store = started(dir, document)
  if (!store) return served
  const take = (read: (store: ReadStore) => Iterable<Item>) => {
    try {
      for (const [name, value] of read(store)) if (value !== undefined) served.set(name, textOf(value))
    } catch {
      // Refused: nothing of it is served.
    }
  }
  for (const read of READS) take(read)
  for (let window = 0; window <= windows; window++) for (const read of windowReads(window)) take(read)
  for (const table of TABLES) for (const read of tableReads(table)) take(read)
  store.close()
  return served
}

function started(dir: string, document: GenesisDocument): ReadStore | undefined {
  try {
    const store = openStore({ dir, mode: 'read' })
    try {
      restoreChain(store, document)
      return store
    } catch (error) {
      store.close()
      throw error
    }
  } catch {
    return undefined
  }
}

const READS: readonly ((store: ReadStore) => Iterable<Item>)[] = [
  (store) => [['head', store.head()]],
  (store) => [['context', store.context()]],
  (store) => [['genesis', [store.genesisHash(), store.genesisDocument()]]],
  (store) =>
    [...store.journal.entries(0)].map((entry) => [`journal ${entry.window} ${entry.kind} ${entry.round}`, entry]),
  (store) => store.evidence.list().map((pair, i) => [`evidence ${i}`, pair]),
  (store) => store.incidents.list().map((one) => [`incident ${one.code} ${one.peer}`, one]),
  (store) => store.objects.list().map((object) => [`object ${toHex(object).slice(0, 16)}`, object]),
  (store) => [...store.work.list()].map((piece, i) => [`work ${i}`, piece]),
  (store) => [['note', store.notes.get('sign-from')]],
  (store) => store.anchors.list().map((anchor) => [`anchor ${anchor.window}`, anchor]),
  (store) => store.anchors.list().map(({ window }) => [`anchor context ${window}`, store.anchors.context(window)]),
  (store) => [['staging', store.staging.target()]],
]

function windowReads(window: number): ((store: ReadStore) => Iterable<Item>)[] {
  return [
    (store) => [[`envelope ${window}`, store.windowAt(window)?.envelope]],
    (store) => [[`hashes ${window}`, withoutEnvelope(store, window)]],
    (store) => store.history(window, window).map((row) => [`history ${window}`, row]),
    (store) => [[`certificate ${window}`, store.certificates.get(window)]],
    (store) => [[`proof ${window}`, store.proofs.get(window)]],
  ]
}

function withoutEnvelope(store: ReadStore, window: number): unknown {
  const { envelope, ...hashes } = store.windowAt(window) ?? { envelope: undefined }
  return Object.keys(hashes).length > 0 ? hashes : undefined
}

function tableReads(table: TableName): ((store: ReadStore) => Iterable<Item>)[] {
  const records = (name: string, all: { key: Uint8Array; record: Uint8Array }[]) =>
    all.map(({ key, record }): Item => [`${name} ${toHex(key)}`, record])
  return [
    (store) => records(`head ${table}`, store.table(table).records(LOWEST, HIGHEST, 1_000)),
    (store) => [[`count ${table}`, store.table(table).count()]],
    (store) => records(`staged ${table}`, store.staging.table(table).records(LOWEST, HIGHEST, 1_000)),
    (store) => {
      const anchored = store.at(ANCHOR).table(table)
      if (!isProven(store, table, [...anchored.leaves(LOWEST, HIGHEST)])) return []
      return records(`anchor ${ANCHOR} ${table}`, anchored.records(LOWEST, HIGHEST, 1_000))
    },
  ]
}

/** A server holds an anchor against its header before it serves it. */
function isProven(store: ReadStore, table: TableName, leaves: readonly Leaf[]): boolean {
  const envelope = store.windowAt(ANCHOR)?.envelope
  if (!envelope) return false
  const { accountRoot: account, nodeRoot: node, candidateRoot: candidate } = decodeEnvelope(envelope).header
  return bytesEqual(stubOf(0, LOWEST, leaves).hash, { account, node, candidate }[table])
}

function textOf(value: unknown): string {
  return JSON.stringify(value, (_, one) => (one instanceof Uint8Array ? toHex(one) : one))
}
