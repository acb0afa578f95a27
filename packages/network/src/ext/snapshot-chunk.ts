import { ByteReader, ByteWriter, CodecError } from '@montana/codec'
import { MAX_SNAPSHOT_DEPTH } from './snapshot-manifest.js'
import { checkEcho, checkedStateTable, STATE_RECORD_BYTES, type StateTable } from './state-table.js'

const REQUEST_BYTES = 14
const FIXED_BYTES = 20
const HASH_BYTES = 32
/** Payload limit of 0x89: spec transport 14.1. */
export const MAX_SNAPSHOT_CHUNK_BYTES = 524_288

/** 0x88: one whole subtree of a table. Spec transport 14.5. */
export interface SnapshotChunkRequest {
  readonly window: number
  readonly table: StateTable
  /** 0 … 24. */
  readonly depth: number
  /** The first `depth` branch decisions from the root, the first one as the most significant bit. */
  readonly prefix: number
}

/** 0x89. */
export interface SnapshotChunk extends SnapshotChunkRequest {
  readonly recordCount: number
  /** One per height from 256 − depth upward, `depth` of them; undefined = the empty hash of that height. */
  readonly siblings: readonly (Uint8Array | undefined)[]
  /** `recordCount` records of the table's size, ascending in tree order. */
  readonly records: Uint8Array
}

export function encodeSnapshotChunkRequest({ window, table, depth, prefix }: SnapshotChunkRequest): Uint8Array {
  return new ByteWriter(REQUEST_BYTES).u64(window).u8(table).u8(depth).u32(prefix).finish()
}

/** Throws {@link CodecError} for an unknown table, a depth above 24 and a prefix that does not fit its depth. */
export function decodeSnapshotChunkRequest(bytes: Uint8Array): SnapshotChunkRequest {
  const reader = new ByteReader(bytes)
  const request = {
    window: reader.u64AsNumber(),
    table: checkedStateTable(reader.u8()),
    depth: reader.u8(),
    prefix: reader.u32(),
  }
  reader.end()
  const { depth, prefix } = request
  if (depth > MAX_SNAPSHOT_DEPTH || prefix >= 2 ** depth) throw new CodecError('BadValue', { depth, prefix })
  return request
}

/** Bytes that a chunk takes on the wire: its siblings are counted as if all were listed. */
export function snapshotChunkBytes(table: StateTable, depth: number, recordCount: number): number {
  return FIXED_BYTES + depth * HASH_BYTES + recordCount * STATE_RECORD_BYTES[table]
}

export function encodeSnapshotChunkResponse(chunk: SnapshotChunk): Uint8Array {
  const listed = chunk.siblings.filter((sibling) => sibling !== undefined)
  const size = FIXED_BYTES + listed.length * HASH_BYTES + chunk.records.length
  const writer = new ByteWriter(size)
    .u64(chunk.window)
    .u8(chunk.table)
    .u8(chunk.depth)
    .u32(chunk.prefix)
    .u16(chunk.recordCount)
    .u32(bitmapOf(chunk.siblings))
  for (const sibling of listed) writer.bytes(sibling, HASH_BYTES)
  return writer.bytes(chunk.records, chunk.recordCount * STATE_RECORD_BYTES[chunk.table]).finish()
}

/**
 * Throws {@link CodecError} unless it answers `request`: every echoed field equal, no sibling above the root, records of
 * the announced number and size. The proof itself is the caller's to check.
 */
export function decodeSnapshotChunkResponse(bytes: Uint8Array, request: SnapshotChunkRequest): SnapshotChunk {
  if (bytes.length > MAX_SNAPSHOT_CHUNK_BYTES) throw new CodecError('BadLength', { length: bytes.length })
  const reader = new ByteReader(bytes)
  checkEcho('window', reader.u64AsNumber(), request.window)
  checkEcho('table', reader.u8(), request.table)
  checkEcho('depth', reader.u8(), request.depth)
  checkEcho('prefix', reader.u32(), request.prefix)
  const recordCount = reader.u16()
  const siblings = readSiblings(reader, request.depth)
  const expected = recordCount * STATE_RECORD_BYTES[request.table]
  if (reader.remaining !== expected) throw new CodecError('BadLength', { expected, actual: reader.remaining })
  const { window, table, depth, prefix } = request
  return { window, table, depth, prefix, recordCount, siblings, records: reader.bytes(expected).slice() }
}

function bitmapOf(siblings: SnapshotChunk['siblings']): number {
  return siblings.reduce((bitmap, sibling, bit) => (sibling === undefined ? bitmap : bitmap | (1 << bit)), 0) >>> 0
}

function readSiblings(reader: ByteReader, depth: number): (Uint8Array | undefined)[] {
  const bitmap = reader.u32()
  if (bitmap >= 2 ** depth) throw new CodecError('BadValue', { field: 'sibling_bitmap', bitmap })
  return Array.from({ length: depth }, (_, bit) =>
    ((bitmap >>> bit) & 1) === 1 ? reader.bytes(HASH_BYTES).slice() : undefined,
  )
}
