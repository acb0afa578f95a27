import { ByteReader, ByteWriter, CodecError } from '@montana/codec'
import { concatBytes } from '@montana/foundation'

const BATCH = 16
const KEY_BYTES = 32

/** 1 prekey bundle, 3 exists: spec transport 13.2. */
export type LookupType = 1 | 3

/** 0x60; exactly 16 keys of 32 bytes. */
export interface BatchLookupRequest {
  readonly queryType: LookupType
  readonly keys: readonly Uint8Array[]
}

export function encodeBatchLookupRequest({ queryType, keys }: BatchLookupRequest): Uint8Array {
  if (keys.length !== BATCH) throw new RangeError(`a batch has ${BATCH} keys, got ${keys.length}`)
  const writer = new ByteWriter(2 + BATCH * KEY_BYTES).u8(queryType).u8(BATCH)
  for (const key of keys) writer.bytes(key, KEY_BYTES)
  return writer.finish()
}

export function decodeBatchLookupRequest(bytes: Uint8Array): BatchLookupRequest {
  const reader = new ByteReader(bytes)
  const queryType = lookupType(reader.u8())
  const count = reader.u8()
  if (count !== BATCH) throw new CodecError('BadValue', { count })
  const keys = Array.from({ length: BATCH }, () => reader.bytes(KEY_BYTES).slice())
  reader.end()
  return { queryType, keys }
}

/** 0x61: bundles for type 1 (empty = none), presence for type 3. */
export type BatchLookupResponse =
  | { readonly queryType: 1; readonly bundles: readonly Uint8Array[] }
  | { readonly queryType: 3; readonly exists: readonly boolean[] }

export function encodeBatchLookupResponse(response: BatchLookupResponse): Uint8Array {
  if (response.queryType === 3) {
    const { exists } = response
    return concatBytes(Uint8Array.of(3, exists.length), Uint8Array.from(exists, Number))
  }
  const items = response.bundles.flatMap((bundle) => [new ByteWriter(4).u32(bundle.length).finish(), bundle])
  return concatBytes(Uint8Array.of(1, response.bundles.length), ...items)
}

export function decodeBatchLookupResponse(bytes: Uint8Array): BatchLookupResponse {
  const reader = new ByteReader(bytes)
  const queryType = lookupType(reader.u8())
  const length = reader.u8()
  const response: BatchLookupResponse =
    queryType === 3
      ? { queryType, exists: Array.from({ length }, () => reader.bool()) }
      : { queryType, bundles: Array.from({ length }, () => reader.bytes(reader.u32()).slice()) }
  reader.end()
  return response
}

/** 0x62: 1 rate, 2 type, 3 count. */
export interface BatchLookupError {
  readonly queryType: number
  readonly error: number
}

export function encodeBatchLookupError({ queryType, error }: BatchLookupError): Uint8Array {
  return new ByteWriter(2).u8(queryType).u8(error).finish()
}

export function decodeBatchLookupError(bytes: Uint8Array): BatchLookupError {
  const reader = new ByteReader(bytes)
  const decoded = { queryType: reader.u8(), error: reader.u8() }
  reader.end()
  return decoded
}

function lookupType(value: number): LookupType {
  if (value === 1 || value === 3) return value
  throw new CodecError('BadValue', { queryType: value })
}
