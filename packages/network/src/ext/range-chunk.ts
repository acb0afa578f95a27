import { ByteReader, ByteWriter, CodecError } from '@montana/codec'
import { bytesEqual } from '@montana/foundation'
import { LIMITS } from '@montana/transport'
import { checkEcho, checkedStateTable, STATE_RECORD_BYTES, type StateTable } from './state-table.js'

const REQUEST_BYTES = 45
const KEY_BYTES = 32
/** Bytes before the records: spec protocol 15.5. */
export const RANGE_CHUNK_HEADER_BYTES = 77
/** Longest proof: 510 outside nodes, all listed. Spec protocol 15.4. */
export const MAX_RANGE_PROOF_BYTES = 2 + 64 + 2 + 510 * 32
/** The last key there can be, in tree order. */
const LAST_KEY = new Uint8Array(KEY_BYTES).fill(0xff)

/** 0x92: the records of a table from `lo` on, as many as fit. Spec protocol 14.1. */
export interface RangeChunkRequest {
  readonly window: number
  readonly table: StateTable
  /** 32 bytes. */
  readonly lo: Uint8Array
  /** At most 1 048 576. */
  readonly maxBytes: number
}

/** 0x93: spec protocol 15.5. */
export interface RangeChunk {
  readonly window: number
  readonly table: StateTable
  readonly lo: Uint8Array
  /** Key of the last record, or 32 × 0xff when none follows. */
  readonly hi: Uint8Array
  readonly recordCount: number
  /** `recordCount` records of the table's size, ascending in tree order. */
  readonly records: Uint8Array
  /** Spec protocol 15.4. */
  readonly proof: Uint8Array
}

export function encodeRangeChunkRequest({ window, table, lo, maxBytes }: RangeChunkRequest): Uint8Array {
  return new ByteWriter(REQUEST_BYTES).u64(window).u8(table).bytes(lo, KEY_BYTES).u32(maxBytes).finish()
}

export function decodeRangeChunkRequest(bytes: Uint8Array): RangeChunkRequest {
  const reader = new ByteReader(bytes)
  const request = {
    window: reader.u64AsNumber(),
    table: checkedStateTable(reader.u8()),
    lo: reader.bytes(KEY_BYTES).slice(),
    maxBytes: reader.u32(),
  }
  reader.end()
  const { maxBytes } = request
  if (maxBytes > LIMITS.exchange.maxPayloadBytes) throw new CodecError('BadValue', { maxBytes })
  return request
}

export function encodeRangeChunkResponse(chunk: RangeChunk): Uint8Array {
  return new ByteWriter(RANGE_CHUNK_HEADER_BYTES + chunk.records.length + chunk.proof.length)
    .u8(chunk.table)
    .u64(chunk.window)
    .bytes(chunk.lo, KEY_BYTES)
    .bytes(chunk.hi, KEY_BYTES)
    .u32(chunk.recordCount)
    .bytes(chunk.records, chunk.recordCount * STATE_RECORD_BYTES[chunk.table])
    .bytes(chunk.proof)
    .finish()
}

/**
 * Throws {@link CodecError} unless it answers `request`: every echoed field equal, within the bytes asked for, `hi` the
 * last record's key or the last key of all. The proof itself is the caller's to check.
 */
export function decodeRangeChunkResponse(bytes: Uint8Array, request: RangeChunkRequest): RangeChunk {
  if (bytes.length > request.maxBytes) throw new CodecError('BadLength', { length: bytes.length })
  const chunk = decodeRangeChunk(bytes)
  checkEcho('window', chunk.window, request.window)
  checkEcho('table', chunk.table, request.table)
  if (!bytesEqual(chunk.lo, request.lo)) throw new CodecError('BadValue', { field: 'lo' })
  return chunk
}

/** A chunk by itself, as a snapshot file holds it: spec protocol 15.5. */
export function decodeRangeChunk(bytes: Uint8Array): RangeChunk {
  const reader = new ByteReader(bytes)
  const head = {
    table: checkedStateTable(reader.u8()),
    window: reader.u64AsNumber(),
    lo: reader.bytes(KEY_BYTES).slice(),
    hi: reader.bytes(KEY_BYTES).slice(),
    recordCount: reader.u32(),
  }
  const records = reader.bytes(head.recordCount * STATE_RECORD_BYTES[head.table]).slice()
  if (reader.remaining > MAX_RANGE_PROOF_BYTES) throw new CodecError('BadLength', { proof: reader.remaining })
  const chunk = { ...head, records, proof: reader.bytes(reader.remaining).slice() }
  if (!endsRightly(chunk)) throw new CodecError('BadValue', { field: 'hi' })
  return chunk
}

function endsRightly({ hi, recordCount, records, table }: RangeChunk): boolean {
  if (bytesEqual(hi, LAST_KEY)) return true
  const at = (recordCount - 1) * STATE_RECORD_BYTES[table]
  return recordCount > 0 && bytesEqual(hi, records.subarray(at, at + KEY_BYTES))
}
