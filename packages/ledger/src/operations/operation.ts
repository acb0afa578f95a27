import { ByteReader, ByteWriter, CodecError, hashWithDomain } from '@montana/codec'
import { HASH_BYTES, PUBLIC_KEY_BYTES, SIGNATURE_BYTES } from '../constants.js'
import { checkSize } from '../records/record-codec.js'

interface Sent {
  /** frontier_hash of the sender when it signed: operations of one account form a chain. */
  readonly prevHash: Uint8Array
  /** account_id. */
  readonly sender: Uint8Array
}

/** Moves an amount to an account that exists. */
export interface Transfer extends Sent {
  readonly type: 'Transfer'
  readonly receiver: Uint8Array
  /** u128, nɈ. */
  readonly amount: bigint
}

/** Gives the sender another key; its account_id stays. */
export interface ChangeKey extends Sent {
  readonly type: 'ChangeKey'
  readonly newSuiteId: number
  readonly newPublicKey: Uint8Array
}

/** Puts the hash of application data into the chain of the sender. */
export interface Anchor extends Sent {
  readonly type: 'Anchor'
  readonly appId: Uint8Array
  readonly dataHash: Uint8Array
}

/** Moves an amount to an account that it creates. */
export interface TransferActivation extends Sent {
  readonly type: 'TransferActivation'
  readonly receiver: Uint8Array
  readonly suiteId: number
  readonly receiverPublicKey: Uint8Array
  /** u128, nɈ. */
  readonly amount: bigint
}

/** What the owner of an account may do: spec protocol 17.1. */
export type Operation = Transfer | ChangeKey | Anchor | TransferActivation
export type OperationType = Operation['type']

export interface SignedOperation {
  readonly operation: Operation
  readonly signature: Uint8Array
  readonly scope: Uint8Array
  /** op_hash. */
  readonly hash: Uint8Array
  readonly bytes: Uint8Array
}

interface Layout {
  /** First byte; the message types of the base protocol are other numbers. */
  readonly code: number
  readonly scopeBytes: number
}

const LAYOUTS: Readonly<Record<OperationType, Layout>> = {
  Transfer: { code: 0x02, scopeBytes: 113 },
  ChangeKey: { code: 0x03, scopeBytes: 2019 },
  Anchor: { code: 0x04, scopeBytes: 129 },
  TransferActivation: { code: 0x0a, scopeBytes: 2067 },
}

const OPERATION_TYPES = Object.keys(LAYOUTS) as OperationType[]

/** The type that `code`, the first byte of an operation, stands for. */
export function operationTypeOf(code: number): OperationType | undefined {
  return OPERATION_TYPES.find((type) => LAYOUTS[type].code === code)
}

/** The signed bytes, everything before the signature. Throws RangeError for a field that does not fit. */
export function operationScope(operation: Operation): Uint8Array {
  const { code, scopeBytes } = LAYOUTS[operation.type]
  const writer = new ByteWriter(scopeBytes)
  writer.u8(code).bytes(operation.prevHash, HASH_BYTES).bytes(operation.sender, HASH_BYTES)
  switch (operation.type) {
    case 'Transfer':
      return writer.bytes(operation.receiver, HASH_BYTES).u128(operation.amount).finish()
    case 'ChangeKey':
      return writer.u16(operation.newSuiteId).bytes(operation.newPublicKey, PUBLIC_KEY_BYTES).finish()
    case 'Anchor':
      return writer.bytes(operation.appId, HASH_BYTES).bytes(operation.dataHash, HASH_BYTES).finish()
    case 'TransferActivation':
      writer.bytes(operation.receiver, HASH_BYTES).u16(operation.suiteId)
      return writer.bytes(operation.receiverPublicKey, PUBLIC_KEY_BYTES).u128(operation.amount).finish()
  }
}

/** The canonical bytes. Throws RangeError for a field or signature that does not fit. */
export function encodeOperation(operation: Operation, signature: Uint8Array): Uint8Array {
  const scope = operationScope(operation)
  return new ByteWriter(scope.length + SIGNATURE_BYTES).bytes(scope).bytes(signature, SIGNATURE_BYTES).finish()
}

/** Throws `CodecError` unless `bytes` is one operation of a type that has a layout. The result owns its bytes. */
export function decodeOperation(bytes: Uint8Array): SignedOperation {
  const code = new ByteReader(bytes).u8()
  const type = operationTypeOf(code)
  if (type === undefined) throw new CodecError('BadValue', { field: 'type', type: code })
  const { scopeBytes } = LAYOUTS[type]
  checkSize(bytes, scopeBytes + SIGNATURE_BYTES)
  const own = bytes.slice()
  const reader = new ByteReader(own, 1)
  const operation = readOperation(reader, type)
  const signature = reader.bytes(SIGNATURE_BYTES)
  reader.end()
  const scope = own.subarray(0, scopeBytes)
  return { operation, signature, scope, hash: operationHash(scope), bytes: own }
}

/** op_hash = H("mt-op", scope): spec protocol 17.1. */
export function operationHash(scope: Uint8Array): Uint8Array {
  return hashWithDomain('mt-op', scope)
}

function readOperation(reader: ByteReader, type: OperationType): Operation {
  const hash = () => reader.bytes(HASH_BYTES)
  const key = () => reader.bytes(PUBLIC_KEY_BYTES)
  const sent = { prevHash: hash(), sender: hash() }
  switch (type) {
    case 'Transfer':
      return { type, ...sent, receiver: hash(), amount: reader.u128() }
    case 'ChangeKey':
      return { type, ...sent, newSuiteId: reader.u16(), newPublicKey: key() }
    case 'Anchor':
      return { type, ...sent, appId: hash(), dataHash: hash() }
    case 'TransferActivation': {
      const receiver = hash()
      return { type, ...sent, receiver, suiteId: reader.u16(), receiverPublicKey: key(), amount: reader.u128() }
    }
  }
}
