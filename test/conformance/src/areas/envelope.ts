import { sha256 } from '@montana/codec'
import { bytesEqual } from '@montana/foundation'
import { decodeEnvelope, decodeHeader, encodeEnvelope, HEADER_BYTES, NetworkError } from '@montana/network'
import { type Fields, UnknownShape } from '../fields.js'
import { Matching } from '../matching.js'
import type { Area, Kind, Value } from '../types.js'

/** Spec transport 13.1, protocol D.1. */
export const envelopeKind: Kind = {
  title: 'envelope',
  matches: (input) => input.has('msg_type'),
  backends: ['typescript'],
  run: (input) => {
    if (input.has('msg_version') && input.number('msg_version') !== 1)
      throw new UnknownShape('only version 1 is written')
    const payload = input.bytesOr(
      input.nameOf('payload', 'payload_hex', 'payload_repeat') ?? 'payload',
      new Uint8Array(0),
    )
    const envelope = { type: input.number('msg_type'), requestId: input.int('request_id'), payload }
    const bytes = encodeEnvelope(envelope)
    const header = decodeHeader(bytes)
    if (header.type !== envelope.type || header.requestId !== envelope.requestId) throw new Error('does not decode')
    if (!bytesEqual(bytes.subarray(HEADER_BYTES), payload)) throw new Error('the payload is elsewhere')
    return encoded(bytes, HEADER_BYTES)
  },
}

/** Encoded bytes under every name that vectors use. */
export function encoded(bytes: Uint8Array, headerBytes = 0): Value {
  return {
    value: bytes,
    bytes_hex: bytes,
    hex: bytes,
    len: bytes.length,
    sha256: sha256(bytes),
    header: bytes.slice(0, headerBytes),
    header_hex: bytes.slice(0, headerBytes),
    total_len: bytes.length,
    sha256_hex: sha256(bytes),
  }
}

export const envelopeArea: Area = { name: 'envelope', kinds: [envelopeKind] }

export const envelopeNegativeArea: Area = {
  name: 'envelope-negative',
  kinds: [
    {
      title: 'refusal',
      matches: (input) => bytesName(input) !== undefined,
      backends: ['typescript'],
      run: (input) => {
        const error = refusal(input.bytes(bytesName(input) ?? ''))
        return { value: error, error }
      },
    },
  ],
}

function bytesName(input: Fields): string | undefined {
  return input.nameOf('bytes_hex', 'bytes', 'hex')
}

function refusal(bytes: Uint8Array): Value {
  try {
    decodeEnvelope(bytes)
    return 'accepted'
  } catch (error) {
    if (error instanceof NetworkError) return referenceName(error)
    throw error
  }
}

/** The names that the vectors use for our codes. */
function referenceName({ code, metadata }: NetworkError): Value {
  switch (code) {
    case 'ENV_HEADER':
      return new Matching('TruncatedHeader', /^Truncated(Header)?$/)
    case 'ENV_VERSION':
      return `UnsupportedVersion(${metadata.version})`
    case 'ENV_TYPE':
      return new Matching(code, /^Un(known|supported)(Msg|Message)?_?Type/i)
    case 'ENV_LENGTH':
      return lengthName(metadata)
    default:
      return code
  }
}

function lengthName({ limit, expected, actual }: Readonly<Record<string, unknown>>): Value {
  if (limit !== undefined) {
    return new Matching(`InvalidData (payload_length > ${limit})`, /^(InvalidData|PayloadTooLarge|Oversize)/)
  }
  if (Number(actual) < Number(expected)) return 'TruncatedPayload'
  return new Matching('TrailingBytes', /^(Trailing|Extra|Surplus|LengthMismatch)/)
}
