import { ByteReader, ByteWriter, CodecError } from '@montana/codec'
import { ExtError } from '../errors.js'

const MAX_TEXT_BYTES = 128

/** 0x9F: `code u8 ‖ retry_after_ms u32 ‖ len u8 ‖ UTF-8 text ≤ 128`. Spec transport 14.1. */
export function encodeExtError(error: ExtError): Uint8Array {
  const text = truncatedUtf8(error.text)
  return new ByteWriter(6 + text.length).u8(error.extCode).u32(error.retryAfterMs).u8(text.length).bytes(text).finish()
}

export function decodeExtError(bytes: Uint8Array): ExtError {
  const reader = new ByteReader(bytes)
  const code = reader.u8()
  const retryAfterMs = reader.u32()
  const length = reader.u8()
  if (length > MAX_TEXT_BYTES) throw new CodecError('BadLength', { length })
  const text = textOf(reader.bytes(length))
  reader.end()
  return new ExtError(code, text, retryAfterMs)
}

/** What is no UTF-8 would grow when it is written again: a character of three bytes stands for each byte of it. */
function textOf(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    throw new CodecError('BadValue', { text: 'no UTF-8' })
  }
}

/** Cut at a character, so that the text stays UTF-8. */
function truncatedUtf8(text: string): Uint8Array {
  const bytes = new Uint8Array(MAX_TEXT_BYTES)
  const { written } = new TextEncoder().encodeInto(text, bytes)
  return bytes.subarray(0, written)
}
