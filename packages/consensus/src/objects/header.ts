import { ByteReader, ByteWriter, hashWithDomain } from '@montana/codec'
import { bytesEqual } from '@montana/foundation'
import { HASH_BYTES, SIGNATURE_BYTES, ZERO_HASH } from '../constants.js'

export const HEADER_SCOPE_BYTES = 413
export const HEADER_BYTES = HEADER_SCOPE_BYTES + SIGNATURE_BYTES

/** What a proposer states about one window: spec protocol 9.1. Roots are those after settling it. */
export interface HeaderFields {
  readonly prevProposalHash: Uint8Array
  readonly window: number
  readonly protocolVersion: number
  readonly controlRoot: Uint8Array
  readonly nodeRoot: Uint8Array
  readonly candidateRoot: Uint8Array
  readonly accountRoot: Uint8Array
  readonly stateRoot: Uint8Array
  readonly timechainValue: Uint8Array
  readonly includedBundlesRoot: Uint8Array
  readonly includedRevealsRoot: Uint8Array
  readonly winnerEndpoint: Uint8Array
  readonly winnerId: Uint8Array
  readonly proposerNodeId: Uint8Array
  readonly target: bigint
  readonly fallbackDepth: number
}

export interface Header extends HeaderFields {
  readonly signature: Uint8Array
  /** The 413 signed bytes. */
  readonly scope: Uint8Array
  /** All 3722 bytes. */
  readonly bytes: Uint8Array
}

export function headerScope(header: HeaderFields): Uint8Array {
  const writer = new ByteWriter(HEADER_SCOPE_BYTES)
  writer.bytes(header.prevProposalHash, HASH_BYTES).u64(header.window).u32(header.protocolVersion)
  for (const field of HASH_FIELDS) writer.bytes(header[field], HASH_BYTES)
  return writer.u128(header.target).u8(header.fallbackDepth).finish()
}

const HASH_FIELDS = [
  'controlRoot',
  'nodeRoot',
  'candidateRoot',
  'accountRoot',
  'stateRoot',
  'timechainValue',
  'includedBundlesRoot',
  'includedRevealsRoot',
  'winnerEndpoint',
  'winnerId',
  'proposerNodeId',
] as const

/** Reads a header at the start of `bytes`; what follows is the caller's. Throws {@link CodecError}. */
export function readHeader(reader: ByteReader, source: Uint8Array): Header {
  const start = reader.offset
  const prevProposalHash = reader.bytes(HASH_BYTES)
  const window = reader.u64AsNumber()
  const protocolVersion = reader.u32()
  const hashes = Object.fromEntries(HASH_FIELDS.map((field) => [field, reader.bytes(HASH_BYTES)]))
  const target = reader.u128()
  const fallbackDepth = reader.u8()
  const signature = reader.bytes(SIGNATURE_BYTES)
  const bytes = source.subarray(start, reader.offset)
  const scope = bytes.subarray(0, HEADER_SCOPE_BYTES)
  const fixed = { prevProposalHash, window, protocolVersion, target, fallbackDepth, signature, scope, bytes }
  return { ...fixed, ...(hashes as Record<(typeof HASH_FIELDS)[number], Uint8Array>) }
}

/** Throws {@link CodecError} for anything but exactly one header. */
export function decodeHeader(bytes: Uint8Array): Header {
  const reader = new ByteReader(bytes)
  const header = readHeader(reader, bytes)
  reader.end()
  return header
}

export function proposalHash(scope: Uint8Array): Uint8Array {
  return hashWithDomain('mt-proposal', scope)
}

/** A header with a zero state root announces a window; it is never a proposal: spec protocol 9.2. */
export function isNotice(header: Header): boolean {
  return bytesEqual(header.stateRoot, ZERO_HASH)
}
