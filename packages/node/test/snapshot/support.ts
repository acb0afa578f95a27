import { genesisChainState } from '@montana/consensus'
import { concatBytes } from '@montana/foundation'
import {
  type AccountRecord,
  compareTreeOrder,
  type GenesisDocument,
  hasherOf,
  nextKey,
  subtreeBounds,
  verifyRange,
  verifySubtree,
} from '@montana/ledger'
import { loadBackend } from '@montana/native'
import {
  decodeRangeChunkResponse,
  decodeSnapshotChunkResponse,
  decodeSnapshotManifestResponse,
  EXT_TYPE,
  encodeRangeChunkRequest,
  encodeSnapshotChunkRequest,
  encodeSnapshotManifestRequest,
  type SnapshotManifest,
  STATE_RECORD_BYTES,
  type StateTable,
} from '@montana/network'
import { openStore } from '@montana/store'
import { initialiseStore } from '../../src/chain/restore.js'
import type { SnapshotServer } from '../../src/snapshot/server.js'

/** Native, as a joiner has it: these tests hash each record a few times. */
export const hasher = hasherOf(loadBackend().backend)
const LAST_KEY = new Uint8Array(32).fill(0xff)

/** Window 0 of the document with more accounts in it: a network of its own, for one node alone. */
export function storeWithAccounts(dir: string, document: GenesisDocument, count: number): void {
  const { tables: own, context } = genesisChainState(document, hasher)
  let { accounts } = own
  for (let i = 0; i < count; i++) accounts = accounts.set(syntheticAccount(i))
  const tables = { ...own, accounts }
  const store = openStore({ dir, mode: 'write' })
  initialiseStore(store, document, { tables, context })
  store.close()
}

function syntheticAccount(i: number): AccountRecord {
  const id = hasher.leaf(Uint8Array.of(i & 255, i >> 8))
  const none = { frontierHash: new Uint8Array(32), currentPublicKey: new Uint8Array(1952) }
  const counters = { opHeight: 0, accountChainLength: 0, accountChainLengthSnapshot: 0 }
  const windows = { creationWindow: 0, lastOpWindow: 0, lastActivationWindow: 0 }
  return { accountId: id, balance: BigInt(i), suiteId: 1, isNodeOperator: false, ...none, ...counters, ...windows }
}

/** What a joiner does with one server, without the network between them. */
export class Joiner {
  readonly #server: SnapshotServer

  constructor(server: SnapshotServer) {
    this.#server = server
  }

  ask(type: number, payload: Uint8Array): Promise<Uint8Array> {
    return this.#server.ask(type, payload, AbortSignal.timeout(20_000))
  }

  async manifest(window = 0): Promise<SnapshotManifest> {
    const bytes = await this.ask(EXT_TYPE.snapshotManifest, encodeSnapshotManifestRequest({ window }))
    return decodeSnapshotManifestResponse(bytes, { window })
  }

  /** The records of one subtree, proven. */
  async chunk(root: Uint8Array, request: { window: number; table: StateTable; depth: number; prefix: number }) {
    const bytes = await this.ask(EXT_TYPE.snapshotChunk, encodeSnapshotChunkRequest(request))
    const { records, siblings, depth, prefix, table } = decodeSnapshotChunkResponse(bytes, request)
    if (!verifySubtree({ root, depth, prefix, siblings, ...hashed(records, table) }, hasher))
      throw new Error('not proven')
    return { bytes, records }
  }

  /** All records of a table by subtrees of one depth, each proven. */
  async tableBySubtrees(root: Uint8Array, of: { window: number; table: StateTable; depth: number }) {
    const parts: Uint8Array[] = []
    for (let prefix = 0; prefix < 2 ** of.depth; prefix++) {
      const { records } = await this.chunk(root, { ...of, prefix })
      if (!isBelow(records, of, prefix)) throw new Error('a record of another subtree')
      parts.push(records)
    }
    return concatBytes(...parts)
  }

  /** All records of a table by ranges of at most `maxBytes`, each proven. */
  async tableByRanges(root: Uint8Array, of: { window: number; table: StateTable; maxBytes: number }) {
    const parts: Uint8Array[] = []
    let lo: Uint8Array | undefined = new Uint8Array(32)
    while (lo !== undefined) {
      const request = { ...of, lo }
      const bytes = await this.ask(EXT_TYPE.rangeChunk, encodeRangeChunkRequest(request))
      const { hi, records, proof } = decodeRangeChunkResponse(bytes, request)
      if (!verifyRange({ root, lo, hi, proof, ...hashed(records, of.table) }, hasher)) throw new Error('not proven')
      parts.push(records)
      lo = compareTreeOrder(hi, LAST_KEY) === 0 ? undefined : nextKey(hi)
    }
    return { records: concatBytes(...parts), chunks: parts.length }
  }
}

/** The records of a table one by one. */
export function recordsOf(bytes: Uint8Array, table: StateTable): Uint8Array[] {
  const size = STATE_RECORD_BYTES[table]
  return Array.from({ length: bytes.length / size }, (_, i) => bytes.subarray(i * size, (i + 1) * size))
}

function hashed(bytes: Uint8Array, table: StateTable) {
  const records = recordsOf(bytes, table)
  const keys = concatBytes(...records.map((record) => record.subarray(0, 32)))
  return { keys, leafHashes: concatBytes(...records.map((record) => hasher.leaf(record))) }
}

function isBelow(bytes: Uint8Array, { depth, table }: { depth: number; table: StateTable }, prefix: number): boolean {
  const { lo, hi } = subtreeBounds(depth, prefix)
  const keys = recordsOf(bytes, table).map((record) => record.subarray(0, 32))
  return keys.every((key) => compareTreeOrder(lo, key) <= 0 && compareTreeOrder(key, hi) <= 0)
}
