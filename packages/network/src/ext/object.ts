import { ByteReader, ByteWriter, CodecError } from '@montana/codec'

const HASH_BYTES = 32

/** What an object is asked for by: nodereg_hash or proposal_hash. Spec protocol 14.1. */
export const OBJECT_KIND = { nodeRegistration: 1, draft: 2 } as const

export type ObjectKind = (typeof OBJECT_KIND)[keyof typeof OBJECT_KIND]

/** 0x96; the answer is the object's canonical bytes. */
export interface ObjectRequest {
  readonly kind: ObjectKind
  /** 32 bytes. */
  readonly hash: Uint8Array
}

export function encodeObjectRequest({ kind, hash }: ObjectRequest): Uint8Array {
  return new ByteWriter(1 + HASH_BYTES).u8(kind).bytes(hash, HASH_BYTES).finish()
}

export function decodeObjectRequest(bytes: Uint8Array): ObjectRequest {
  const reader = new ByteReader(bytes)
  const kind = reader.u8()
  const hash = reader.bytes(HASH_BYTES).slice()
  reader.end()
  if (kind !== OBJECT_KIND.nodeRegistration && kind !== OBJECT_KIND.draft) throw new CodecError('BadValue', { kind })
  return { kind, hash }
}
