import { ByteReader, ByteWriter, CodecError, hashWithDomain } from '@montana/codec'

const HASH_BYTES = 32
const PUBLIC_KEY_BYTES = 1952
export const SIGNATURE_BYTES = 3309

/** User operations: spec protocol 17.1. Nothing in phase 1 lists or applies them; their bytes are known. */
export type Operation =
  | { readonly type: 0x02; prevHash: Uint8Array; sender: Uint8Array; receiver: Uint8Array; amount: bigint }
  | { readonly type: 0x03; prevHash: Uint8Array; sender: Uint8Array; newSuite: number; newPublicKey: Uint8Array }
  | { readonly type: 0x04; prevHash: Uint8Array; sender: Uint8Array; appId: Uint8Array; dataHash: Uint8Array }
  | {
      readonly type: 0x0a
      prevHash: Uint8Array
      sender: Uint8Array
      receiver: Uint8Array
      suite: number
      receiverPublicKey: Uint8Array
      amount: bigint
    }

const SCOPE_BYTES = { 2: 113, 3: 2019, 4: 129, 10: 2067 } as const

/** The signed bytes: everything before the signature. */
export function operationScope(operation: Operation): Uint8Array {
  const writer = new ByteWriter(SCOPE_BYTES[operation.type]).u8(operation.type)
  writer.bytes(operation.prevHash, HASH_BYTES).bytes(operation.sender, HASH_BYTES)
  switch (operation.type) {
    case 0x02:
      return writer.bytes(operation.receiver, HASH_BYTES).u128(operation.amount).finish()
    case 0x03:
      return writer.u16(operation.newSuite).bytes(operation.newPublicKey, PUBLIC_KEY_BYTES).finish()
    case 0x04:
      return writer.bytes(operation.appId, HASH_BYTES).bytes(operation.dataHash, HASH_BYTES).finish()
    case 0x0a:
      writer.bytes(operation.receiver, HASH_BYTES).u16(operation.suite)
      return writer.bytes(operation.receiverPublicKey, PUBLIC_KEY_BYTES).u128(operation.amount).finish()
  }
}

/** Throws {@link CodecError} for anything but one exact scope of a known type. */
export function decodeOperationScope(scope: Uint8Array): Operation {
  const reader = new ByteReader(scope)
  const type = reader.u8()
  const hash = () => reader.bytes(HASH_BYTES)
  const common = { prevHash: hash(), sender: hash() }
  const operation = readRest(type, common, reader, hash)
  reader.end()
  return operation
}

function readRest(
  type: number,
  common: { prevHash: Uint8Array; sender: Uint8Array },
  reader: ByteReader,
  hash: () => Uint8Array,
): Operation {
  switch (type) {
    case 0x02:
      return { type, ...common, receiver: hash(), amount: reader.u128() }
    case 0x03:
      return { type, ...common, newSuite: reader.u16(), newPublicKey: reader.bytes(PUBLIC_KEY_BYTES) }
    case 0x04:
      return { type, ...common, appId: hash(), dataHash: hash() }
    case 0x0a: {
      const receiver = hash()
      const suite = reader.u16()
      const receiverPublicKey = reader.bytes(PUBLIC_KEY_BYTES)
      return { type, ...common, receiver, suite, receiverPublicKey, amount: reader.u128() }
    }
    default:
      throw new CodecError('BadValue', { operationType: type })
  }
}

/** op_hash = H("mt-op", scope). */
export function operationHash(scope: Uint8Array): Uint8Array {
  return hashWithDomain('mt-op', scope)
}

/** TransferActivation: one per epoch and sender, spec protocol 17.2. */
export function isActivationCooledDown(lastActivationWindow: bigint, window: bigint, tau2Windows: bigint): boolean {
  return lastActivationWindow === 0n || window >= lastActivationWindow + tau2Windows
}
