import { decodeEnvelope } from '@montana/consensus'
import { sleep } from '@montana/foundation'
import { alignedAt, hasherOf, proveRange, rangeOf, StubTree } from '@montana/ledger'
import { loadBackend } from '@montana/native'
import {
  decodeRangeChunkResponse,
  decodeSnapshotChunkResponse,
  decodeSnapshotManifestResponse,
  EXT_ERROR,
  ExtError,
  encodeRangeChunkResponse,
  encodeSnapshotChunkResponse,
  encodeSnapshotManifestResponse,
  MAX_SNAPSHOT_CHUNK_BYTES,
  type RangeChunkRequest,
  type SnapshotChunk,
  type SnapshotChunkRequest,
  STATE_RECORD_BYTES,
  type StateTable,
  snapshotChunkBytes,
  stateTableName,
} from '@montana/network'
import type { Store, TableCounts, TableName, TableReader } from '@montana/store'
import type { SyncPeer } from '../../src/index.js'

const hasher = hasherOf(loadBackend().backend)
const LAST_KEY = new Uint8Array(32).fill(0xff)
const RANGE_OVERHEAD_BYTES = 77 + 2 + 64 + 2 + 510 * 32

export interface ServerOptions {
  /** Changes the bytes of a chunk's answer; `undefined` leaves them. */
  tamper?(bytes: Uint8Array, request: SnapshotChunkRequest, asked: number): Uint8Array | undefined
  /** Throws instead of an answer. */
  refuse?(asked: number): void
  readonly latencyMs?: number
  /** What its status says; the head of the store by default. */
  snapshotWindow?(): number
  readonly maxChunkBytes?: number
  /** What its manifest announces beside the truth. */
  readonly counts?: Partial<TableCounts>
  /** Subtrees that it says it cannot send. */
  isTooLarge?(request: SnapshotChunkRequest): boolean
}

/** Serves the anchor of a real store over the real codecs: bytes in between, but no network. */
export class Server implements SyncPeer {
  readonly label: string
  /** Requests for chunks; bytes and records of the answers. */
  asked = 0
  manifests = 0
  bytes = 0
  records = 0
  ranges = 0
  readonly #store: Store
  readonly #options: ServerOptions
  readonly #trees = new Map<TableName, StubTree>()

  constructor(
    readonly id: string,
    store: Store,
    options: ServerOptions = {},
  ) {
    this.label = `node ${id}`
    this.#store = store
    this.#options = options
  }

  status() {
    const window = this.#store.head()?.window ?? 0
    return { window, snapshotWindow: this.#options.snapshotWindow?.() ?? window }
  }

  async manifest(window: number) {
    this.manifests += 1
    const [anchor, context] = [this.#anchor(window), this.#store.anchors.context(window)]
    const envelope = this.#store.windowAt(window)?.envelope
    if (!context || !envelope) throw new ExtError(EXT_ERROR.notFound)
    const { header } = decodeEnvelope(envelope)
    const depths = { account: 0, node: 0, candidate: 0 }
    const bytes = encodeSnapshotManifestResponse({
      window,
      counts: { ...anchor.counts, ...this.#options.counts },
      depths,
      header: header.bytes,
      context,
    })
    return decodeSnapshotManifestResponse(bytes, { window })
  }

  async envelope(window: number) {
    const envelope = this.#store.windowAt(window)?.envelope
    if (!envelope) throw new ExtError(EXT_ERROR.notFound)
    return envelope
  }

  async certificate(window: number) {
    const certificate = this.#store.certificates.get(window)
    if (!certificate) throw new ExtError(EXT_ERROR.notFound)
    return certificate
  }

  async chunk(request: SnapshotChunkRequest, signal: AbortSignal) {
    await this.#before(signal)
    const chunk = this.#chunk(request)
    this.records += chunk.recordCount
    const honest = encodeSnapshotChunkResponse(chunk)
    const bytes = this.#options.tamper?.(honest, request, this.asked) ?? honest
    this.bytes += bytes.length
    return decodeSnapshotChunkResponse(bytes, request)
  }

  async range(request: RangeChunkRequest, signal: AbortSignal) {
    await this.#before(signal)
    this.ranges += 1
    const bytes = encodeRangeChunkResponse(this.#range(request))
    this.bytes += bytes.length
    return decodeRangeChunkResponse(bytes, request)
  }

  async #before(signal: AbortSignal): Promise<void> {
    this.asked += 1
    const { refuse, latencyMs = 0 } = this.#options
    await sleep(latencyMs, signal)
    refuse?.(this.asked)
  }

  #chunk({ window, table, depth, prefix }: SnapshotChunkRequest): SnapshotChunk {
    const { maxChunkBytes = MAX_SNAPSHOT_CHUNK_BYTES, isTooLarge } = this.#options
    if (isTooLarge?.({ window, table, depth, prefix })) throw new ExtError(EXT_ERROR.tooLarge)
    const { name, reader, tree } = this.#table(window, table)
    const { lo, hi } = rangeOf(alignedAt(depth, prefix))
    const most = Math.floor((maxChunkBytes - snapshotChunkBytes(table, depth, 0)) / STATE_RECORD_BYTES[table])
    const rows = reader.records(lo, hi, most + 1)
    if (rows.length > most) throw new ExtError(EXT_ERROR.tooLarge, name)
    const siblings = tree.siblings(depth, prefix, (from, to) => reader.leaves(from, to))
    const records = Buffer.concat(rows.map(({ record }) => record))
    return { window, table, depth, prefix, recordCount: rows.length, siblings, records }
  }

  #range({ window, table, lo, maxBytes }: RangeChunkRequest) {
    const { reader, tree } = this.#table(window, table)
    const most = Math.floor((maxBytes - RANGE_OVERHEAD_BYTES) / STATE_RECORD_BYTES[table])
    const found = reader.records(lo, LAST_KEY, most + 1)
    const rows = found.slice(0, most)
    const hi = found.length > most ? (rows.at(-1)?.key ?? LAST_KEY) : LAST_KEY
    const proof = proveRange(tree, (from, to) => reader.leaves(from, to), { lo, hi })
    const records = Buffer.concat(rows.map(({ record }) => record))
    return { window, table, lo, hi, recordCount: rows.length, records, proof }
  }

  #anchor(window: number) {
    const anchor = this.#store.anchors.list().find((one) => one.window === window)
    if (!anchor) throw new ExtError(EXT_ERROR.notFound)
    return anchor
  }

  #table(window: number, table: StateTable): { name: TableName; reader: TableReader; tree: StubTree } {
    this.#anchor(window)
    const name = stateTableName(table)
    const tree = this.#trees.get(name) ?? this.#treeOf(name)
    this.#trees.set(name, tree)
    return { name, reader: this.#store.at(window).table(name), tree }
  }

  #treeOf(name: TableName): StubTree {
    const stubs = this.#store.stubs(name).all()
    return new StubTree(
      stubs.map((stub) => ({ ...stub, hash: stub.hash ?? LAST_KEY })),
      hasher,
    )
  }
}
