import { ByteReader, ByteWriter } from '@montana/codec'
import { CANDIDATE_RECORD_BYTES, HASH_BYTES, PUBLIC_KEY_BYTES } from '../constants.js'
import { checkSize, type RecordCodec } from './record-codec.js'

/** Spec protocol 5.1, 2082 bytes. Windows and lengths are u64 and must fit a JavaScript integer. */
export interface CandidateRecord {
  readonly nodeId: Uint8Array
  readonly nodePublicKey: Uint8Array
  readonly suiteId: number
  readonly operatorAccountId: Uint8Array
  readonly proofEndpoint: Uint8Array
  readonly wStart: number
  readonly vdfChainLength: number
  readonly registrationWindow: number
  readonly expires: number
}

export function encodeCandidateRecord(record: CandidateRecord, into?: Uint8Array): Uint8Array {
  return new ByteWriter(into ?? CANDIDATE_RECORD_BYTES)
    .bytes(record.nodeId, HASH_BYTES)
    .bytes(record.nodePublicKey, PUBLIC_KEY_BYTES)
    .u16(record.suiteId)
    .bytes(record.operatorAccountId, HASH_BYTES)
    .bytes(record.proofEndpoint, HASH_BYTES)
    .u64(record.wStart)
    .u64(record.vdfChainLength)
    .u64(record.registrationWindow)
    .u64(record.expires)
    .finish()
}

/** Throws `CodecError` unless `bytes` is one exact record. The result owns its bytes. */
export function decodeCandidateRecord(bytes: Uint8Array): CandidateRecord {
  checkSize(bytes, CANDIDATE_RECORD_BYTES)
  const reader = new ByteReader(bytes)
  const record: CandidateRecord = {
    nodeId: reader.bytes(HASH_BYTES).slice(),
    nodePublicKey: reader.bytes(PUBLIC_KEY_BYTES).slice(),
    suiteId: reader.u16(),
    operatorAccountId: reader.bytes(HASH_BYTES).slice(),
    proofEndpoint: reader.bytes(HASH_BYTES).slice(),
    wStart: reader.u64AsNumber(),
    vdfChainLength: reader.u64AsNumber(),
    registrationWindow: reader.u64AsNumber(),
    expires: reader.u64AsNumber(),
  }
  reader.end()
  return record
}

export const candidateCodec: RecordCodec<CandidateRecord> = {
  size: CANDIDATE_RECORD_BYTES,
  keyOf: (record) => record.nodeId,
  encode: encodeCandidateRecord,
  decode: decodeCandidateRecord,
}
