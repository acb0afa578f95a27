import { ByteReader, ByteWriter } from '@montana/codec'
import { ACCOUNT_RECORD_BYTES, HASH_BYTES, PUBLIC_KEY_BYTES } from '../constants.js'
import { checkSize, type RecordCodec } from './record-codec.js'

/** Spec protocol 5.1, 2059 bytes. Windows and lengths are u32. */
export interface AccountRecord {
  readonly accountId: Uint8Array
  /** u128, in nɈ. */
  readonly balance: bigint
  readonly suiteId: number
  readonly isNodeOperator: boolean
  readonly frontierHash: Uint8Array
  readonly opHeight: number
  readonly accountChainLength: number
  readonly accountChainLengthSnapshot: number
  /** All zero while the account is keyless: spec protocol 12.5. */
  readonly currentPublicKey: Uint8Array
  readonly creationWindow: number
  readonly lastOpWindow: number
  readonly lastActivationWindow: number
}

export function encodeAccountRecord(record: AccountRecord, into?: Uint8Array): Uint8Array {
  return new ByteWriter(into ?? ACCOUNT_RECORD_BYTES)
    .bytes(record.accountId, HASH_BYTES)
    .u128(record.balance)
    .u16(record.suiteId)
    .bool(record.isNodeOperator)
    .bytes(record.frontierHash, HASH_BYTES)
    .u32(record.opHeight)
    .u32(record.accountChainLength)
    .u32(record.accountChainLengthSnapshot)
    .bytes(record.currentPublicKey, PUBLIC_KEY_BYTES)
    .u32(record.creationWindow)
    .u32(record.lastOpWindow)
    .u32(record.lastActivationWindow)
    .finish()
}

/** Throws `CodecError` unless `bytes` is one exact record. The result owns its bytes. */
export function decodeAccountRecord(bytes: Uint8Array): AccountRecord {
  checkSize(bytes, ACCOUNT_RECORD_BYTES)
  const reader = new ByteReader(bytes)
  const record: AccountRecord = {
    accountId: reader.bytes(HASH_BYTES).slice(),
    balance: reader.u128(),
    suiteId: reader.u16(),
    isNodeOperator: reader.bool(),
    frontierHash: reader.bytes(HASH_BYTES).slice(),
    opHeight: reader.u32(),
    accountChainLength: reader.u32(),
    accountChainLengthSnapshot: reader.u32(),
    currentPublicKey: reader.bytes(PUBLIC_KEY_BYTES).slice(),
    creationWindow: reader.u32(),
    lastOpWindow: reader.u32(),
    lastActivationWindow: reader.u32(),
  }
  reader.end()
  return record
}

export const accountCodec: RecordCodec<AccountRecord> = {
  size: ACCOUNT_RECORD_BYTES,
  keyOf: (record) => record.accountId,
  encode: encodeAccountRecord,
  decode: decodeAccountRecord,
}
