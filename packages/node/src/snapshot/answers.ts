import { concatBytes } from '@montana/foundation'
import {
  alignedAt,
  type MerkleHasher,
  proveRange,
  proveRecord,
  type RangeClaim,
  rangeOf,
  verifyRange,
} from '@montana/ledger'
import {
  decodeRangeChunkRequest,
  decodeRecordProofRequest,
  decodeSnapshotChunkRequest,
  decodeSnapshotManifestRequest,
  EXT_ERROR,
  EXT_TYPE,
  ExtError,
  encodeRangeChunkResponse,
  encodeRecordProofResponse,
  encodeSnapshotChunkResponse,
  encodeSnapshotManifestResponse,
  MAX_RANGE_PROOF_BYTES,
  MAX_SNAPSHOT_CHUNK_BYTES,
  MAX_SNAPSHOT_DEPTH,
  type PerTable,
  RANGE_CHUNK_HEADER_BYTES,
  STATE_RECORD_BYTES,
  snapshotChunkBytes,
  stateTableName,
} from '@montana/network'
import type { KeyedRecord } from '@montana/store'
import { AnchorUnsound, type AnchorView } from './view.js'

/** Records per chunk that the suggested depth aims at: spec transport 14.5. */
const RECORDS_AIMED_AT = 128
const LAST_KEY = new Uint8Array(32).fill(0xff)

export interface Views {
  /** Undefined where no such anchor is served; 0 asks for the newest. */
  at(window: number): AnchorView | undefined
}

type Answer = (views: Views, payload: Uint8Array) => Uint8Array

/**
 * The answers of one anchor each, proven by its header alone: spec transport 14.5, protocol 15.4, 15.5. Throws ExtError,
 * CodecError, StoreError and AnchorUnsound.
 */
export const ANCHOR_ANSWERS: ReadonlyMap<number, Answer> = new Map<number, Answer>([
  [EXT_TYPE.snapshotManifest, answerManifest],
  [EXT_TYPE.snapshotChunk, answerChunk],
  [EXT_TYPE.rangeChunk, answerRange],
  [EXT_TYPE.recordProof, answerRecord],
])

function viewAt(views: Views, window: number): AnchorView {
  const view = views.at(window)
  if (!view) throw new ExtError(EXT_ERROR.notFound, `no snapshot of window ${window}`)
  return view
}

function answerManifest(views: Views, payload: Uint8Array): Uint8Array {
  const { window: asked } = decodeSnapshotManifestRequest(payload)
  const { window, counts, header, context } = viewAt(views, asked)
  return encodeSnapshotManifestResponse({ window, counts, depths: depthsFor(counts), header, context })
}

/** max(0, ⌈log2(count / 128)⌉): spec transport 14.5. */
function depthsFor({ account, node, candidate }: PerTable): PerTable {
  const depth = (count: number) => Math.ceil(Math.log2(Math.max(1, count / RECORDS_AIMED_AT)))
  const capped = (count: number) => Math.min(MAX_SNAPSHOT_DEPTH, depth(count))
  return { account: capped(account), node: capped(node), candidate: capped(candidate) }
}

function answerChunk(views: Views, payload: Uint8Array): Uint8Array {
  const request = decodeSnapshotChunkRequest(payload)
  const { window, table, depth, prefix } = request
  const view = viewAt(views, window)
  const tree = view.trees[stateTableName(table)]
  const reader = view.table(stateTableName(table))
  const aligned = alignedAt(depth, prefix)
  const expected = tree.countAt(aligned)
  const most = mostRecords(MAX_SNAPSHOT_CHUNK_BYTES - snapshotChunkBytes(table, depth, 0), STATE_RECORD_BYTES[table])
  if ((expected ?? 0) > most) throw tooLarge()
  const { lo, hi } = rangeOf(aligned)
  const found = reader.records(lo, hi, most + 1)
  if (expected !== undefined && found.length !== expected) throw new AnchorUnsound(window, 'records are missing')
  if (found.length > most) throw tooLarge()
  const siblings = tree.siblings(depth, prefix, (from, to) => reader.leaves(from, to))
  return encodeSnapshotChunkResponse({ ...request, recordCount: found.length, siblings, records: joined(found) })
}

/** Room for the longest proof is kept free, so that the number of records does not depend on what they are. */
function answerRange(views: Views, payload: Uint8Array): Uint8Array {
  const { window, table, lo, maxBytes } = decodeRangeChunkRequest(payload)
  const view = viewAt(views, window)
  const reader = view.table(stateTableName(table))
  const room = maxBytes - RANGE_CHUNK_HEADER_BYTES - MAX_RANGE_PROOF_BYTES
  const most = mostRecords(room, STATE_RECORD_BYTES[table])
  const found = reader.records(lo, LAST_KEY, most + 1)
  if (room < 0 || (most === 0 && found.length > 0)) throw tooLarge()
  const sent = found.slice(0, most)
  const hi = found.length > most ? (sent.at(-1)?.key ?? LAST_KEY) : LAST_KEY
  const tree = view.trees[stateTableName(table)]
  const proof = proveRange(tree, (from, to) => reader.leaves(from, to), { lo, hi })
  if (!isProven(sent, { root: tree.root(), lo, hi, proof }, view.hasher))
    throw new AnchorUnsound(window, 'records are missing')
  return encodeRangeChunkResponse({ table, window, lo, hi, recordCount: sent.length, records: joined(sent), proof })
}

function answerRecord(views: Views, payload: Uint8Array): Uint8Array {
  const { window, table, key } = decodeRecordProofRequest(payload)
  const view = viewAt(views, window)
  const reader = view.table(stateTableName(table))
  const record = reader.record(key)
  const tree = view.trees[stateTableName(table)]
  return encodeRecordProofResponse(proveRecord(tree, (lo, hi) => reader.leaves(lo, hi), { key, record }))
}

/** A row that is lost shows in nothing but the proof; ranges are rare enough to check each. */
function isProven(found: readonly KeyedRecord[], claim: Omit<RangeClaim, 'keys' | 'leafHashes'>, hasher: MerkleHasher) {
  const keys = concatBytes(...found.map(({ key }) => key))
  const leafHashes = concatBytes(...found.map(({ record }) => hasher.leaf(record)))
  return verifyRange({ ...claim, keys, leafHashes }, hasher)
}

function mostRecords(bytes: number, recordBytes: number): number {
  return Math.max(0, Math.floor(bytes / recordBytes))
}

function joined(found: readonly KeyedRecord[]): Uint8Array {
  return concatBytes(...found.map(({ record }) => record))
}

function tooLarge(): ExtError {
  return new ExtError(EXT_ERROR.tooLarge, 'more records than one answer holds')
}
