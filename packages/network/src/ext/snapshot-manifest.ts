import { ByteReader, ByteWriter, CodecError } from '@montana/codec'
import { checkEcho, type PerTable } from './state-table.js'

const REQUEST_BYTES = 8
const HEADER_BYTES = 3722
/** Where a header says its window: spec protocol 9.1. */
const HEADER_WINDOW_AT = 32
const FIXED_BYTES = 28 + HEADER_BYTES
const MIN_CONTEXT_BYTES = 4240
const MAX_CONTEXT_BYTES = 262_144
/** Deepest subtree that a SnapshotChunk asks for: spec transport 14.5. */
export const MAX_SNAPSHOT_DEPTH = 24

/** 0x86: spec transport 14.5. */
export interface SnapshotManifestRequest {
  /** 0 = the newest that is served. */
  readonly window: number
}

/** 0x87: what a joiner needs besides the tables. A claim until its header is trusted. */
export interface SnapshotManifest {
  readonly window: number
  /** Records per table. */
  readonly counts: PerTable
  /** Suggested depth of the chunks, 0 … 24. */
  readonly depths: PerTable
  /** The cemented proposal header of that window, 3722 bytes. */
  readonly header: Uint8Array
  /** Encoded consensus context, 4240 … 262 144 bytes: spec protocol 5.4. */
  readonly context: Uint8Array
}

export function encodeSnapshotManifestRequest({ window }: SnapshotManifestRequest): Uint8Array {
  return new ByteWriter(REQUEST_BYTES).u64(window).finish()
}

export function decodeSnapshotManifestRequest(bytes: Uint8Array): SnapshotManifestRequest {
  const reader = new ByteReader(bytes)
  const request = { window: reader.u64AsNumber() }
  reader.end()
  return request
}

export function encodeSnapshotManifestResponse({ window, counts, depths, header, context }: SnapshotManifest) {
  return new ByteWriter(FIXED_BYTES + context.length)
    .u64(window)
    .u32(counts.account)
    .u32(counts.node)
    .u32(counts.candidate)
    .u8(depths.account)
    .u8(depths.node)
    .u8(depths.candidate)
    .u8(0)
    .bytes(header, HEADER_BYTES)
    .u32(context.length)
    .bytes(context)
    .finish()
}

/**
 * Throws {@link CodecError} unless it answers `request`: the window asked for (any when 0 was), the same in the header,
 * depths and context within their bounds. Nothing of it is proven yet.
 */
export function decodeSnapshotManifestResponse(bytes: Uint8Array, request: SnapshotManifestRequest): SnapshotManifest {
  const reader = new ByteReader(bytes)
  const window = reader.u64AsNumber()
  const counts = { account: reader.u32(), node: reader.u32(), candidate: reader.u32() }
  const depths = { account: reader.u8(), node: reader.u8(), candidate: reader.u8() }
  reader.u8()
  const header = reader.bytes(HEADER_BYTES).slice()
  const context = readContext(reader)
  if (request.window !== 0) checkEcho('window', window, request.window)
  checkEcho('header.window', new ByteReader(header, HEADER_WINDOW_AT).u64AsNumber(), window)
  checkDepths(depths)
  return { window, counts, depths, header, context }
}

function readContext(reader: ByteReader): Uint8Array {
  const length = reader.u32()
  if (length < MIN_CONTEXT_BYTES || length > MAX_CONTEXT_BYTES) throw new CodecError('BadLength', { context: length })
  const context = reader.bytes(length).slice()
  reader.end()
  return context
}

function checkDepths(depths: PerTable): void {
  const deepest = Math.max(depths.account, depths.node, depths.candidate)
  if (deepest > MAX_SNAPSHOT_DEPTH) throw new CodecError('BadValue', { field: 'depth', value: deepest })
}
