import { readdir } from 'node:fs/promises'
import { cementValue } from '@montana/consensus'
import { bytesEqual, ConfigError, errorCode } from '@montana/foundation'
import { decodeNodeRecord, hasherOf, type MerkleHasher, nodeCodec, Table } from '@montana/ledger'
import { loadBackend } from '@montana/native'
import { encodeSnapshotManifestResponse, type StateTableName, stateTableName } from '@montana/network'
import { openStore, type ReadStore, type StagingTarget, type Store, type WindowHashes } from '@montana/store'
import type { Anchor, KnownTable } from '@montana/sync'
import { initialiseStore } from '../chain/restore.js'
import { forgetSignFrom } from '../chain/sign-from.js'
import type { SnapshotHead } from './head.js'
import { reportOf, type SnapshotReport } from './info.js'
import type { ProofSink, ProvenChunk } from './prove.js'
import { StubBuilder } from './stub-builder.js'
import { type ProveOptions, proveWith, withReader } from './verify.js'

export type RestoreOptions = Omit<ProveOptions, 'known'> & { readonly dataDir: string }

/** What may lie in a data directory that has no store yet: what a node or an operator put there before its first start. */
const HARMLESS = /^(?:identity\.bin(?:\..*)?|store\.lock|run\.json|.*\.(?:log|json|yaml))$/

/**
 * Proves a snapshot and makes it the state of a data directory: an empty one, one with an identity, or one whose store is
 * of the same network and behind it. Chunks are staged as they are proven, and one transaction puts them in place at the
 * end: killed before it, the store is what it was, and the same call goes on where it was interrupted. What the node
 * signed is not in a snapshot, so the store forgets from where on it may sign (spec protocol 16.3). Throws what
 * `verifySnapshotFile` throws, ConfigError for the directory, and StoreError.
 */
export async function restoreSnapshotFile(options: RestoreOptions): Promise<SnapshotReport> {
  await checkDirectory(options.dataDir)
  return await withReader(options.file, async (reader) => {
    const sink = new RestoreSink(options.dataDir)
    try {
      const known = (head: SnapshotHead) => ownTable(options.dataDir, head)
      const proven = await proveWith(reader, { ...options, known }, sink)
      sink.install()
      return reportOf(options.file, reader.progress.of, proven)
    } finally {
      sink.close()
    }
  })
}

async function checkDirectory(dir: string): Promise<void> {
  const names = await readdir(dir).catch((error: unknown): string[] => {
    if (errorCode(error) === 'ENOENT') return []
    const remedy = 'name a directory that you may write with --data-dir'
    throw new ConfigError(`data directory ${dir} cannot be read (${errorCode(error)})`, { field: 'data-dir', remedy })
  })
  const foreign = names.find((name) => !HARMLESS.test(name))
  if (!foreign || names.includes('store.db')) return
  throw new ConfigError(`${dir} holds ${foreign} and no store`, {
    field: 'data-dir',
    remedy: 'name an empty directory, or one that montana init has made, with --data-dir',
  })
}

/**
 * The node table of a store that is there already: it reaches further than the genesis cohort. Checks that the store is
 * behind; one whose tables are damaged may go back, and vouches for nothing.
 */
function ownTable(dir: string, { genesisHash, anchor }: SnapshotHead): readonly KnownTable[] {
  const store = openExisting(dir, genesisHash)
  if (!store) return []
  try {
    if (store.repairs.resync() !== undefined) return []
    const window = store.head()?.window ?? 0
    if (window >= anchor.window) throw notBehind(dir, window, anchor.window)
    const records = [...store.tableRecords('node')].map(decodeNodeRecord)
    return window === 0 ? [] : [{ window, nodes: Table.fromRecords(nodeCodec, records) }]
  } finally {
    store.close()
  }
}

function openExisting(dir: string, genesisHash: Uint8Array): ReadStore | undefined {
  try {
    return openStore({ dir, mode: 'read', genesisHash })
  } catch (error) {
    if (errorCode(error) === 'NO_STORE') return undefined
    throw error
  }
}

function notBehind(dir: string, window: number, snapshot: number): ConfigError {
  const remedy = 'keep the store as it is, or restore into another directory'
  const message = `${dir} is at window ${window} already, the snapshot is of window ${snapshot}`
  return new ConfigError(message, { code: 'SNAPSHOT_OLDER', field: 'data-dir', remedy })
}

/** Stages what is proven, and remembers the stubs over it. */
class RestoreSink implements ProofSink {
  readonly #dir: string
  readonly #hasher: MerkleHasher = hasherOf(loadBackend().backend)
  #store: Store | undefined
  #anchor: Anchor | undefined
  #stubs: Readonly<Record<StateTableName, StubBuilder>> | undefined

  constructor(dir: string) {
    this.#dir = dir
  }

  begin({ document, genesisHash, anchor }: SnapshotHead): void {
    const store = openStore({ dir: this.#dir, mode: 'write', genesisHash })
    this.#store = store
    this.#anchor = anchor
    initialiseStore(store, document)
    const target = targetOf(anchor)
    if (!isSame(store.staging.target(), target)) store.staging.begin(target)
    const { account, node, candidate } = anchor.manifest.counts
    this.#stubs = {
      account: new StubBuilder(account, this.#hasher),
      node: new StubBuilder(node, this.#hasher),
      candidate: new StubBuilder(candidate, this.#hasher),
    }
  }

  chunk({ table, lo, hi, keys, records, leaves }: ProvenChunk): void {
    const name = stateTableName(table)
    this.#store?.staging.put([{ table: name, lo, hi, keys, records, leaves }])
    this.#stubs?.[name].add(keys, leaves)
  }

  /** Head = the window of the snapshot. */
  install(): void {
    const [store, anchor, stubs] = [this.#store, this.#anchor, this.#stubs]
    if (!store || !anchor || !stubs) throw new RangeError('nothing is staged')
    // Before the switch: a store that is killed in between is silent for longer than it must be, never for less.
    forgetSignFrom(store)
    store.staging.install({
      ...hashesOf(anchor),
      window: anchor.window,
      context: anchor.manifest.context,
      envelope: anchor.envelope,
      certificate: anchor.certificate,
      cba: anchor.decoded.context.aggregatePrev1,
      stubs: { account: stubs.account.finish(), node: stubs.node.finish(), candidate: stubs.candidate.finish() },
      freeze: true,
    })
    while (store.reclaim() > 0) {}
  }

  close(): void {
    this.#store?.close()
  }
}

function targetOf({ window, manifest, envelope, certificate }: Anchor): StagingTarget {
  return { window, manifest: encodeSnapshotManifestResponse(manifest), envelope, certificate }
}

function hashesOf({ proposalHash, contextHash, decoded: { envelope } }: Anchor): WindowHashes {
  const { stateRoot, timechainValue } = envelope.header
  const value = cementValue(proposalHash, contextHash)
  return { proposalHash, contextHash, stateRoot, timechainValue, cementValue: value }
}

function isSame(a: StagingTarget | undefined, b: StagingTarget): boolean {
  if (!a) return false
  return (['manifest', 'envelope', 'certificate'] as const).every((part) => bytesEqual(a[part], b[part]))
}
