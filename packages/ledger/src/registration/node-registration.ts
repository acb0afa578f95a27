import { ByteReader, ByteWriter, CodecError, hashWithDomain } from '@montana/codec'
import { HASH_BYTES, PUBLIC_KEY_BYTES, SIGNATURE_BYTES } from '../constants.js'
import { checkSize } from '../records/record-codec.js'

/** Spec protocol 12.3. */
export const REGISTRATION_BYTES = 5344
/** The signed and hashed part, everything before the signature. */
export const REGISTRATION_SCOPE_BYTES = 2035
const REGISTRATION_TYPE = 0x11

export interface RegistrationFields {
  /** Any u16; whether it is supported is an apply rule, not a matter of form. */
  readonly suiteId: number
  readonly nodePublicKey: Uint8Array
  readonly operatorAccountId: Uint8Array
  readonly proofEndpoint: Uint8Array
  /**
   * u64. Both counts are exact over the whole range: an object that claims 2^64 − 1 is well-formed, may be vouched for
   * by a quorum, and must then fail an apply rule instead of the decoder. Only counts that passed become plain numbers.
   */
  readonly wStart: bigint
  /** u64, windows of sequential work. */
  readonly vdfChainLength: bigint
}

/** "This node key asks to become a node of that operator": spec protocol 12.3. */
export interface NodeRegistration extends RegistrationFields {
  /** By the node key, over `scope`. */
  readonly signature: Uint8Array
  readonly scope: Uint8Array
  readonly bytes: Uint8Array
}

/** The signed bytes. Throws RangeError for a field that does not fit. */
export function registrationScope(fields: RegistrationFields): Uint8Array {
  return new ByteWriter(REGISTRATION_SCOPE_BYTES)
    .u8(REGISTRATION_TYPE)
    .u16(fields.suiteId)
    .bytes(fields.nodePublicKey, PUBLIC_KEY_BYTES)
    .bytes(fields.operatorAccountId, HASH_BYTES)
    .bytes(fields.proofEndpoint, HASH_BYTES)
    .u64(fields.wStart)
    .u64(fields.vdfChainLength)
    .finish()
}

/** Throws `CodecError` unless `bytes` is one registration. The result owns its bytes. */
export function decodeNodeRegistration(bytes: Uint8Array): NodeRegistration {
  checkSize(bytes, REGISTRATION_BYTES)
  const own = bytes.slice()
  const reader = new ByteReader(own)
  const type = reader.u8()
  if (type !== REGISTRATION_TYPE) throw new CodecError('BadValue', { field: 'type', type })
  const registration: NodeRegistration = {
    suiteId: reader.u16(),
    nodePublicKey: reader.bytes(PUBLIC_KEY_BYTES),
    operatorAccountId: reader.bytes(HASH_BYTES),
    proofEndpoint: reader.bytes(HASH_BYTES),
    wStart: reader.u64(),
    vdfChainLength: reader.u64(),
    signature: reader.bytes(SIGNATURE_BYTES),
    scope: own.subarray(0, REGISTRATION_SCOPE_BYTES),
    bytes: own,
  }
  reader.end()
  return registration
}

/** nodereg_hash; `bytes` is the whole object or its scope. */
export function registrationHash(bytes: Uint8Array): Uint8Array {
  return hashWithDomain('mt-nodereg', bytes.subarray(0, REGISTRATION_SCOPE_BYTES))
}
