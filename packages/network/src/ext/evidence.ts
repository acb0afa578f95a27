import { ByteReader, ByteWriter, CodecError } from '@montana/codec'
import { LIMITS } from '@montana/transport'

const FIXED_BYTES = 9
const MAX_BYTES = LIMITS.ext.get(0x9a)?.maxBytes ?? 0

export const EVIDENCE_KIND = { header: 1, vote: 2, confirmation: 3 } as const

export type EvidenceKind = (typeof EVIDENCE_KIND)[keyof typeof EVIDENCE_KIND]

/** Smallest and largest object of a pair by kind: spec protocol 9.1, 11.1, 8.1. */
const OBJECT_BYTES: ReadonlyMap<number, readonly [number, number]> = new Map([
  [EVIDENCE_KIND.header, [3722, 3722]],
  [EVIDENCE_KIND.vote, [3384, 3384]],
  [EVIDENCE_KIND.confirmation, [3385, 19_769]],
])

/** 0x9A: two objects of one signer that contradict each other. Spec protocol 10.4, 14.3. */
export interface EvidenceMessage {
  readonly kind: EvidenceKind
  readonly a: Uint8Array
  readonly b: Uint8Array
}

/** `kind u8 ‖ len_a u32 ‖ a ‖ len_b u32 ‖ b`. */
export function encodeEvidence({ kind, a, b }: EvidenceMessage): Uint8Array {
  return new ByteWriter(FIXED_BYTES + a.length + b.length)
    .u8(kind)
    .u32(a.length)
    .bytes(a)
    .u32(b.length)
    .bytes(b)
    .finish()
}

/** Checks the form; whether the two signatures hold and contradict each other is the caller's to verify. */
export function decodeEvidence(bytes: Uint8Array): EvidenceMessage {
  if (bytes.length > MAX_BYTES) throw new CodecError('BadLength', { length: bytes.length })
  const reader = new ByteReader(bytes)
  const kind = reader.u8()
  if (!isEvidenceKind(kind)) throw new CodecError('BadValue', { kind })
  const evidence = { kind, a: readObject(reader, kind), b: readObject(reader, kind) }
  reader.end()
  return evidence
}

function isEvidenceKind(kind: number): kind is EvidenceKind {
  return OBJECT_BYTES.has(kind)
}

function readObject(reader: ByteReader, kind: EvidenceKind): Uint8Array {
  const length = reader.u32()
  const [min, max] = OBJECT_BYTES.get(kind) ?? [0, 0]
  if (length < min || length > max) throw new CodecError('BadLength', { kind, length })
  return reader.bytes(length).slice()
}
