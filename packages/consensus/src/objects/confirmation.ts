import { ByteReader, ByteWriter, hashWithDomain } from '@montana/codec'
import { HASH_BYTES, SIGNATURE_BYTES } from '../constants.js'

const FIXED_SCOPE_BYTES = 76

/** One node's signed statement about one window, BundledConfirmation (BC): spec protocol 8.1. */
export interface Confirmation {
  readonly nodeId: Uint8Array
  /** T_r(window), the chain value and not the lottery endpoint. */
  readonly endpoint: Uint8Array
  readonly window: number
  /** Control objects that the signer vouches for, strictly ascending. */
  readonly opHashes: readonly Uint8Array[]
  /** Reveals of window − 1, strictly ascending. */
  readonly revealHashes: readonly Uint8Array[]
  readonly signature: Uint8Array
  readonly scope: Uint8Array
  readonly bytes: Uint8Array
}

export interface ConfirmationFields {
  nodeId: Uint8Array
  endpoint: Uint8Array
  window: number | bigint
  opHashes: readonly Uint8Array[]
  revealHashes: readonly Uint8Array[]
}

/** The signed bytes, 76 + 32·(n + m). */
export function confirmationScope(fields: ConfirmationFields): Uint8Array {
  const { opHashes, revealHashes } = fields
  const writer = new ByteWriter(FIXED_SCOPE_BYTES + HASH_BYTES * (opHashes.length + revealHashes.length))
  writer.bytes(fields.nodeId, HASH_BYTES).bytes(fields.endpoint, HASH_BYTES).u64(fields.window)
  for (const hashes of [opHashes, revealHashes]) {
    writer.u16(hashes.length)
    for (const hash of hashes) writer.bytes(hash, HASH_BYTES)
  }
  return writer.finish()
}

/** Throws {@link CodecError} for anything but exactly one confirmation. */
export function decodeConfirmation(bytes: Uint8Array): Confirmation {
  const reader = new ByteReader(bytes)
  const confirmation = readConfirmation(reader, bytes)
  reader.end()
  return confirmation
}

/** Prefix-style decoding: confirmations stand back to back in an envelope. `source` is the reader's whole input. */
export function readConfirmation(reader: ByteReader, source: Uint8Array): Confirmation {
  const start = reader.offset
  const nodeId = reader.bytes(HASH_BYTES)
  const endpoint = reader.bytes(HASH_BYTES)
  const window = reader.u64AsNumber()
  const opHashes = readHashes(reader)
  const revealHashes = readHashes(reader)
  const scope = source.subarray(start, reader.offset)
  const signature = reader.bytes(SIGNATURE_BYTES)
  const bytes = source.subarray(start, reader.offset)
  return { nodeId, endpoint, window, opHashes, revealHashes, signature, scope, bytes }
}

function readHashes(reader: ByteReader): Uint8Array[] {
  const count = reader.u16()
  return Array.from({ length: count }, () => reader.bytes(HASH_BYTES))
}

export function bundleHash(scope: Uint8Array): Uint8Array {
  return hashWithDomain('mt-bundle', scope)
}
