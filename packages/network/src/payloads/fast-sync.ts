import { ByteReader, ByteWriter, CodecError } from '@montana/codec'

/** Tables of a fast-sync chunk: 1 account, 2 node, 3 candidate, 4 proposals. Spec protocol 15.7. */
const TABLES = new Set([1, 2, 3, 4])
const CHUNK_HEADER_BYTES = 21
/** Record sizes of the tables that a decoder accepts. */
const RECORD_BYTES: ReadonlyMap<number, number> = new Map([
  [1, 2059],
  [2, 2098],
  [3, 2082],
])

/** 0x40. */
export interface FastSyncRequest {
  readonly anchorWindow: bigint
  readonly resumeOffset: bigint
}

export function encodeFastSyncRequest(request: FastSyncRequest): Uint8Array {
  return new ByteWriter(16).u64(request.anchorWindow).u64(request.resumeOffset).finish()
}

export function decodeFastSyncRequest(bytes: Uint8Array): FastSyncRequest {
  const reader = new ByteReader(bytes)
  const request = { anchorWindow: reader.u64(), resumeOffset: reader.u64() }
  reader.end()
  return request
}

/** 0x41; `records` is the concatenation of `recordCount` records. */
export interface FastSyncResponse {
  readonly chunkIndex: number
  readonly totalChunks: number
  readonly table: number
  readonly recordCount: number
  readonly anchorWindow: bigint
  readonly records: Uint8Array
}

export function encodeFastSyncResponse(chunk: FastSyncResponse): Uint8Array {
  return new ByteWriter(CHUNK_HEADER_BYTES + chunk.records.length)
    .u32(chunk.chunkIndex)
    .u32(chunk.totalChunks)
    .u8(chunk.table)
    .u32(chunk.recordCount)
    .u64(chunk.anchorWindow)
    .bytes(chunk.records)
    .finish()
}

/** Accepts what spec protocol 15.7 asks a decoder to accept, nothing else. */
export function decodeFastSyncResponse(bytes: Uint8Array): FastSyncResponse {
  const reader = new ByteReader(bytes)
  const head = {
    chunkIndex: reader.u32(),
    totalChunks: reader.u32(),
    table: reader.u8(),
    recordCount: reader.u32(),
    anchorWindow: reader.u64(),
  }
  const { chunkIndex, totalChunks, table, recordCount } = head
  if (totalChunks === 0 || chunkIndex >= totalChunks) throw new CodecError('BadValue', { chunkIndex, totalChunks })
  const recordBytes = TABLES.has(table) ? RECORD_BYTES.get(table) : undefined
  if (recordBytes === undefined || recordCount === 0) throw new CodecError('BadValue', { table, recordCount })
  if (reader.remaining !== recordCount * recordBytes) {
    throw new CodecError('BadLength', { expected: recordCount * recordBytes, actual: reader.remaining })
  }
  return { ...head, records: reader.bytes(reader.remaining).slice() }
}

/** 0x42: 1 snapshot_unavailable, 2 too_large, 3 unsupported_version, 4 resource_exhausted, 5 access_denied. */
export interface FastSyncError {
  readonly code: number
  readonly text: Uint8Array
}

export function encodeFastSyncError(error: FastSyncError): Uint8Array {
  return new ByteWriter(2 + error.text.length).u8(error.code).u8(error.text.length).bytes(error.text).finish()
}

export function decodeFastSyncError(bytes: Uint8Array): FastSyncError {
  const reader = new ByteReader(bytes)
  const code = reader.u8()
  const text = reader.bytes(reader.u8()).slice()
  reader.end()
  return { code, text }
}
