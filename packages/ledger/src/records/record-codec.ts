import { CodecError } from '@montana/codec'

/** How a table reads and writes its records. */
export interface RecordCodec<R> {
  /** Exact encoded size, or `undefined` where records are raw values of any length. */
  readonly size: number | undefined
  /** 32 bytes; equal to the first 32 bytes of the encoding for records of a table. */
  keyOf(record: R): Uint8Array
  /** `into` has the exact size, and the result is its memory; without it the result owns its bytes. */
  encode(record: R, into?: Uint8Array): Uint8Array
  /** Throws {@link CodecError} for anything but one exact encoding. */
  decode(bytes: Uint8Array): R
}

/** A record is found under its own first 32 bytes: spec protocol 5.1. Throws {@link CodecError} `BadValue`. */
export function checkKey(key: Uint8Array, recordBytes: Uint8Array): void {
  if (Buffer.compare(key, recordBytes.subarray(0, key.length)) !== 0) {
    throw new CodecError('BadValue', { field: 'key' })
  }
}

export function checkSize(bytes: Uint8Array, size: number): void {
  if (bytes.length !== size) throw new CodecError('BadLength', { expected: size, actual: bytes.length })
}
