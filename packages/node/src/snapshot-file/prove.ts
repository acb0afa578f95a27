import type { SignatureVerifier } from '@montana/crypto'
import { ConfigError } from '@montana/foundation'
import { decodeNodeRecord, type GenesisDocument, genesisState, nodeCodec, Table } from '@montana/ledger'
import type { HashBackend } from '@montana/native'
import { decodeRangeChunk, type RangeChunk, STATE_RECORD_BYTES, STATE_TABLE } from '@montana/network'
import {
  type Anchor,
  type KnownTable,
  type Pin,
  type Trust,
  type TrustModules,
  trustAnchor,
  trustTables,
} from '@montana/sync'
import { ChunkOrder } from './chunk-order.js'
import { type ChunkLeaves, proveChunk } from './chunk-proof.js'
import { checkNetwork, decoded, readHead, type SnapshotHead } from './head.js'
import { decodeEnd, type SectionReader } from './section-reader.js'
import type { RecordCounts, SnapshotProgress } from './types.js'

/** What the operator believes: at least one of them. */
export interface TrustOptions {
  readonly genesis?: GenesisDocument | undefined
  readonly pin?: Pin | undefined
  /** Node tables of the operator's own store, the latest first; may refuse the file. */
  readonly known?: (head: SnapshotHead) => readonly KnownTable[]
}

export interface ProveModules {
  readonly verify: SignatureVerifier
  readonly backend: HashBackend
  readonly signal: AbortSignal
  readonly onProgress?: ((progress: SnapshotProgress) => void) | undefined
}

/** Records that are in the tables of the trusted header, all of them between two keys. */
export type ProvenChunk = RangeChunk & ChunkLeaves

/** Takes what is proven, in the order of the file. */
export interface ProofSink {
  /** The header is trusted. */
  begin(head: SnapshotHead): void
  chunk(chunk: ProvenChunk): void
}

export interface Proven {
  readonly head: SnapshotHead
  readonly trust: Trust
  readonly counts: RecordCounts
  /** Sections of records. */
  readonly chunks: number
}

/**
 * Proves a whole file in the order in which it is read and in memory that does not grow with it, but for its node table:
 * the header by T1 or T2, each chunk against the header, the certificate by T3 (spec protocol 15.2 … 15.4). Throws
 * SnapshotFileError, SyncError, ConfigError or AbortError; until it returns nothing of the file is known to be complete.
 */
export async function proveSnapshot(
  reader: SectionReader,
  options: TrustOptions,
  modules: ProveModules,
  sink?: ProofSink,
): Promise<Proven> {
  const head = await readHead(reader)
  if (options.genesis) checkNetwork(head, options.genesis)
  const trustModules = trustModulesOf(head, modules.verify)
  const trust = await trustAnchor(head.anchor, rootsOf(head, options), trustModules)
  sink?.begin(head)
  const { nodes, ...tables } = await proveTables(reader, head.anchor, modules, sink)
  await trustTables(head.anchor, nodes, trustModules)
  return { head, trust, ...tables }
}

function rootsOf(head: SnapshotHead, { genesis, pin, known }: TrustOptions) {
  const { window } = head.anchor
  const cohort = genesis ? [{ window: 0, nodes: genesisState(genesis).nodes }] : []
  const tables = [...(known?.(head) ?? []), ...cohort]
  if (tables.length > 0 || pin?.window === window) return { pin, known: tables }
  const remedy = `give the proposal hash of window ${window} with --checkpoint, or the genesis document with --genesis`
  const what = pin ? `the checkpoint is of window ${pin.window}` : 'nothing says which network to trust'
  throw new ConfigError(`the snapshot is of window ${window}, ${what}`, { field: 'checkpoint', remedy })
}

function trustModulesOf({ document, genesisHash }: SnapshotHead, verify: SignatureVerifier): TrustModules {
  const { tau2Windows: tau2, quorumNum: numerator, quorumDen: denominator } = document.params
  return { verify, genesisHash, cementing: document.cementingRule, tau2, quorum: { numerator, denominator } }
}

async function proveTables(reader: SectionReader, anchor: Anchor, modules: ProveModules, sink: ProofSink | undefined) {
  const order = new ChunkOrder(anchor.window)
  let nodes = Table.empty(nodeCodec)
  for (let chunks = 0; ; chunks++) {
    modules.signal.throwIfAborted()
    const { kind, name, payload } = await reader.next()
    if (kind === 'end') {
      order.checkEnd([
        ['manifest', anchor.manifest.counts],
        ['end', decodeEnd(payload).counts],
      ])
      return { nodes, counts: order.counts, chunks }
    }
    const chunk = decoded(name, () => decodeRangeChunk(payload))
    order.take(name, chunk)
    const leaves = proveChunk(name, chunk, anchor.decoded.envelope.header, modules.backend)
    if (chunk.table === STATE_TABLE.node) for (const node of nodesOf(chunk)) nodes = nodes.set(node)
    sink?.chunk({ ...chunk, ...leaves })
    modules.onProgress?.({ step: sink ? 'restoring' : 'proving', ...reader.progress })
  }
}

function* nodesOf({ records, recordCount }: RangeChunk) {
  const size = STATE_RECORD_BYTES[STATE_TABLE.node]
  for (let i = 0; i < recordCount; i++) yield decodeNodeRecord(records.subarray(i * size, (i + 1) * size))
}
