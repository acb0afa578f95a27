import { ByteReader, ByteWriter } from '@montana/codec'
import { CHECKPOINT_COUNT, HASH_BYTES, NODE_RECORD_BYTES, PUBLIC_KEY_BYTES } from '../constants.js'
import { checkSize, type RecordCodec } from './record-codec.js'

/** Spec protocol 5.1, 2098 bytes. Windows and lengths are u64 and must fit a JavaScript integer. */
export interface NodeRecord {
  readonly nodeId: Uint8Array
  readonly nodePublicKey: Uint8Array
  readonly suiteId: number
  readonly operatorAccountId: Uint8Array
  readonly startWindow: number
  readonly chainLength: number
  readonly chainLengthSnapshot: number
  /** Six chain lengths at epoch ends, oldest first. */
  readonly checkpoints: readonly number[]
  readonly lastConfirmationWindow: number
}

export function encodeNodeRecord(record: NodeRecord, into?: Uint8Array): Uint8Array {
  if (record.checkpoints.length !== CHECKPOINT_COUNT) throw new RangeError(`expected ${CHECKPOINT_COUNT} checkpoints`)
  const writer = new ByteWriter(into ?? NODE_RECORD_BYTES)
    .bytes(record.nodeId, HASH_BYTES)
    .bytes(record.nodePublicKey, PUBLIC_KEY_BYTES)
    .u16(record.suiteId)
    .bytes(record.operatorAccountId, HASH_BYTES)
    .u64(record.startWindow)
    .u64(record.chainLength)
    .u64(record.chainLengthSnapshot)
  for (const checkpoint of record.checkpoints) writer.u64(checkpoint)
  return writer.u64(record.lastConfirmationWindow).finish()
}

/** Throws `CodecError` unless `bytes` is one exact record. The result owns its bytes. */
export function decodeNodeRecord(bytes: Uint8Array): NodeRecord {
  checkSize(bytes, NODE_RECORD_BYTES)
  const reader = new ByteReader(bytes)
  const record: NodeRecord = {
    nodeId: reader.bytes(HASH_BYTES).slice(),
    nodePublicKey: reader.bytes(PUBLIC_KEY_BYTES).slice(),
    suiteId: reader.u16(),
    operatorAccountId: reader.bytes(HASH_BYTES).slice(),
    startWindow: reader.u64AsNumber(),
    chainLength: reader.u64AsNumber(),
    chainLengthSnapshot: reader.u64AsNumber(),
    checkpoints: Array.from({ length: CHECKPOINT_COUNT }, () => reader.u64AsNumber()),
    lastConfirmationWindow: reader.u64AsNumber(),
  }
  reader.end()
  return record
}

export const nodeCodec: RecordCodec<NodeRecord> = {
  size: NODE_RECORD_BYTES,
  keyOf: (record) => record.nodeId,
  encode: encodeNodeRecord,
  decode: decodeNodeRecord,
}
