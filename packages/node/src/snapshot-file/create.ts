import { type FileHandle, stat } from 'node:fs/promises'
import { ConfigError, concatBytes } from '@montana/foundation'
import { hasherOf, nextKey, proveRange } from '@montana/ledger'
import { type HashBackend, loadBackend } from '@montana/native'
import {
  encodeRangeChunkResponse,
  encodeSnapshotManifestResponse,
  MAX_RANGE_PROOF_BYTES,
  MAX_SNAPSHOT_DEPTH,
  RANGE_CHUNK_HEADER_BYTES,
  type RangeChunk,
  type SnapshotManifest,
  STATE_RECORD_BYTES,
  STATE_TABLE,
  type StateTableName,
  stateTableName,
} from '@montana/network'
import { openStore } from '@montana/store'
import { StoreInconsistent } from '../chain/restore.js'
import { FIRST_KEY, LAST_KEY, TABLE_ORDER } from './chunk-order.js'
import { proveChunk } from './chunk-proof.js'
import { SnapshotFileError, unusableFile } from './errors.js'
import { SECTION_MAX_BYTES } from './format.js'
import type { SnapshotInfo } from './info.js'
import { SectionWriter } from './section-writer.js'
import { readSource, type SnapshotSource } from './source.js'
import { writeWhole } from './temporary-file.js'
import type { SnapshotProgress } from './types.js'
import { readSnapshotInfo } from './verify.js'

export interface CreateOptions {
  readonly dataDir: string
  readonly file: string
  /** A frozen window; the head when undefined. */
  readonly window: number | undefined
  /** Replace the file. */
  readonly force: boolean
  readonly signal: AbortSignal
  readonly onProgress?: ((progress: SnapshotProgress) => void) | undefined
}

/** Records for which a peer plans one chunk: spec transport 14.5. */
const RECORDS_PER_CHUNK = 128

/**
 * Writes the state of a store to a file, in memory that does not grow with it. Reads only, beside a running node too, and
 * one state: what the node commits meanwhile is not in it. Throws ConfigError, StoreError, StoreInconsistent, AbortError;
 * then there is no file.
 */
export async function createSnapshotFile(options: CreateOptions): Promise<SnapshotInfo> {
  const { dataDir, file, signal } = options
  await checkTarget(options)
  const store = openStore({ dir: dataDir, mode: 'read' })
  try {
    const release = store.hold()
    const { backend } = loadBackend()
    const source = await readSource(store, options.window, hasherOf(backend), signal)
    await writeWhole(file, (handle) => writeSource(handle, source, backend, options)).catch((error: unknown) => {
      throw isOfFile(error) ? unusableFile(file, error, 'name a file in a directory that you may write') : error
    })
    release()
  } finally {
    store.close()
  }
  return await readSnapshotInfo(file)
}

async function checkTarget({ file, force }: CreateOptions): Promise<void> {
  const found = await stat(file).catch(() => undefined)
  if (!found || (force && found.isFile())) return
  const remedy = found.isFile() ? 'name another file, or replace it with --force' : 'name a file'
  throw new ConfigError(`${file} exists already`, { code: 'SNAPSHOT_FILE', field: 'file', remedy })
}

const isOfFile = (error: unknown) => error instanceof Error && 'syscall' in error

async function writeSource(handle: FileHandle, source: SnapshotSource, backend: HashBackend, options: CreateOptions) {
  const writer = await SectionWriter.begin(handle)
  await writer.section('genesis', source.genesisDocument)
  await writer.section('manifest', encodeSnapshotManifestResponse(manifestOf(source)))
  await writer.section('envelope', source.envelope)
  await writer.section('certificate', source.certificate)
  const { account, node, candidate } = source.counts
  let done = 0
  for (const chunk of chunksOf(source)) {
    options.signal.throwIfAborted()
    checkChunk(chunk, source, backend)
    await writer.section('records', encodeRangeChunkResponse(chunk))
    done += chunk.recordCount
    options.onProgress?.({ step: 'writing', done, of: account + node + candidate })
  }
  await writer.end(source.counts)
}

/** Leaf hashes of a store are not checked when they are read: what would prove nothing is not written. */
function checkChunk(chunk: RangeChunk, { header, window }: SnapshotSource, backend: HashBackend): void {
  try {
    proveChunk('records', chunk, header, backend)
  } catch (error) {
    if (!(error instanceof SnapshotFileError)) throw error
    const table = stateTableName(chunk.table)
    throw new StoreInconsistent(`rows of the ${table} table do not belong to window ${window}`, 'tables')
  }
}

function manifestOf({ window, counts, header, context }: SnapshotSource): SnapshotManifest {
  const depth = (count: number) =>
    Math.min(MAX_SNAPSHOT_DEPTH, Math.max(0, Math.ceil(Math.log2(count / RECORDS_PER_CHUNK))))
  const depths = { account: depth(counts.account), node: depth(counts.node), candidate: depth(counts.candidate) }
  return { window, counts, depths, header: header.bytes, context }
}

function* chunksOf(source: SnapshotSource): Generator<RangeChunk> {
  for (const table of TABLE_ORDER) {
    for (let lo: Uint8Array | undefined = FIRST_KEY; lo; ) {
      const chunk = chunkFrom(source, table, lo)
      yield chunk
      lo = nextKey(chunk.hi)
    }
  }
}

/** As many records as fit beside the longest proof. */
function chunkFrom(source: SnapshotSource, table: StateTableName, lo: Uint8Array): RangeChunk {
  const { reader, tree } = source.tables[table]
  const size = STATE_RECORD_BYTES[STATE_TABLE[table]]
  const limit = Math.floor((SECTION_MAX_BYTES.records - RANGE_CHUNK_HEADER_BYTES - MAX_RANGE_PROOF_BYTES) / size)
  const records = reader.records(lo, LAST_KEY, limit)
  const hi = records.length < limit ? LAST_KEY : (records.at(-1)?.key ?? LAST_KEY)
  const proof = proveRange(tree, (from, to) => reader.leaves(from, to), { lo, hi })
  return {
    window: source.window,
    table: STATE_TABLE[table],
    ...{ lo, hi, proof, recordCount: records.length },
    records: concatBytes(...records.map(({ record }) => record)),
  }
}
