import { ByteReader, ByteWriter } from '@montana/codec'
import { LIMITS } from '@montana/transport'
import { NetworkError } from '../errors.js'
import { isBaseType, typeName } from './types.js'

export const HEADER_BYTES = 14
export const MESSAGE_VERSION = 1

export interface EnvelopeHeader {
  readonly type: number
  readonly version: number
  readonly requestId: bigint
  readonly payloadLength: number
}

export interface Envelope {
  readonly type: number
  readonly requestId: bigint
  readonly payload: Uint8Array
}

/** 14-byte header and payload: spec transport 13.1. Refuses to write what no peer would read. */
export function encodeEnvelope({ type, requestId, payload }: Envelope): Uint8Array {
  if (payload.length > LIMITS.exchange.maxPayloadBytes) throw oversized(type, payload.length)
  return new ByteWriter(HEADER_BYTES + payload.length)
    .u8(type)
    .u8(MESSAGE_VERSION)
    .u64(requestId)
    .u32(payload.length)
    .bytes(payload)
    .finish()
}

/** The first 14 bytes of `bytes`, of version 1 and with a payload of at most 1 MiB announced; nothing is allocated. */
export function decodeHeader(bytes: Uint8Array): EnvelopeHeader {
  if (bytes.length < HEADER_BYTES) {
    throw new NetworkError('ENV_HEADER', `an envelope header has ${HEADER_BYTES} bytes, got ${bytes.length}`)
  }
  const reader = new ByteReader(bytes)
  const header = { type: reader.u8(), version: reader.u8(), requestId: reader.u64(), payloadLength: reader.u32() }
  if (header.version !== MESSAGE_VERSION) {
    throw new NetworkError('ENV_VERSION', `message version ${header.version} is not supported`, {
      version: header.version,
    })
  }
  if (header.payloadLength > LIMITS.exchange.maxPayloadBytes) throw oversized(header.type, header.payloadLength)
  return header
}

/** A whole base-protocol envelope, exact to the byte. */
export function decodeEnvelope(bytes: Uint8Array): Envelope {
  const { type, requestId, payloadLength } = decodeHeader(bytes)
  if (!isBaseType(type)) throw new NetworkError('ENV_TYPE', `message type ${typeName(type)} is not assigned`, { type })
  const actual = bytes.length - HEADER_BYTES
  if (actual !== payloadLength) {
    throw new NetworkError('ENV_LENGTH', `payload of ${actual} bytes, announced ${payloadLength}`, {
      expected: payloadLength,
      actual,
    })
  }
  return { type, requestId, payload: bytes.slice(HEADER_BYTES) }
}

function oversized(type: number, length: number): NetworkError {
  const limit = LIMITS.exchange.maxPayloadBytes
  return new NetworkError('ENV_LENGTH', `payload of ${length} bytes for ${typeName(type)}, at most ${limit}`, {
    type,
    actual: length,
    limit,
  })
}
