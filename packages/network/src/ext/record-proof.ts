import { ByteReader, ByteWriter, CodecError } from '@montana/codec'
import { bytesEqual } from '@montana/foundation'
import { checkedStateTable, type StateTable } from './state-table.js'

const REQUEST_BYTES = 41
const KEY_BYTES = 32
/** Payload limit of 0x9D: spec protocol 14.1. */
export const MAX_RECORD_PROOF_BYTES = 12_358

/** 0x9C: one record of a table, or that there is none. Spec protocol 14.1. */
export interface RecordProofRequest {
  readonly window: number
  readonly table: StateTable
  /** 32 bytes. */
  readonly key: Uint8Array
}

export function encodeRecordProofRequest({ window, table, key }: RecordProofRequest): Uint8Array {
  return new ByteWriter(REQUEST_BYTES).u64(window).u8(table).bytes(key, KEY_BYTES).finish()
}

export function decodeRecordProofRequest(bytes: Uint8Array): RecordProofRequest {
  const reader = new ByteReader(bytes)
  const request = {
    window: reader.u64AsNumber(),
    table: checkedStateTable(reader.u8()),
    key: reader.bytes(KEY_BYTES).slice(),
  }
  reader.end()
  return request
}

/** 0x9D: the inclusion proof of spec protocol 5.2, as it is. */
export function encodeRecordProofResponse(proof: Uint8Array): Uint8Array {
  if (proof.length > MAX_RECORD_PROOF_BYTES) throw new RangeError(`a record proof of ${proof.length} bytes`)
  return proof
}

/** Throws {@link CodecError} unless the proof is about the key asked for. What it proves is the caller's to check. */
export function decodeRecordProofResponse(bytes: Uint8Array, request: RecordProofRequest): Uint8Array {
  if (bytes.length > MAX_RECORD_PROOF_BYTES) throw new CodecError('BadLength', { length: bytes.length })
  const key = new ByteReader(bytes).bytes(KEY_BYTES)
  if (!bytesEqual(key, request.key)) throw new CodecError('BadValue', { field: 'key' })
  return bytes.slice()
}
