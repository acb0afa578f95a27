import { ByteReader, ByteWriter, CodecError } from '@montana/codec'

const LABEL_BYTES = 32

/** 0x63, retired: `n u16 ‖ n × 32`. Kept for reading old traffic. */
export function encodeRangeSubscribeRequest(labels: readonly Uint8Array[]): Uint8Array {
  const writer = new ByteWriter(2 + LABEL_BYTES * labels.length).u16(labels.length)
  for (const label of labels) writer.bytes(label, LABEL_BYTES)
  return writer.finish()
}

export function decodeRangeSubscribeRequest(bytes: Uint8Array): Uint8Array[] {
  const reader = new ByteReader(bytes)
  const count = reader.u16()
  if (reader.remaining !== count * LABEL_BYTES) {
    throw new CodecError('BadLength', { expected: count * LABEL_BYTES, actual: reader.remaining })
  }
  return Array.from({ length: count }, () => reader.bytes(LABEL_BYTES).slice())
}

/** 0x65, retired. */
export function encodeRangeSubscribeError(error: number): Uint8Array {
  return Uint8Array.of(error)
}

export function decodeRangeSubscribeError(bytes: Uint8Array): number {
  const reader = new ByteReader(bytes)
  const error = reader.u8()
  reader.end()
  return error
}
