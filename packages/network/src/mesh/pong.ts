import { NetworkError } from '../errors.js'
import type { EnvelopeHeader } from '../wire/envelope.js'
import { BASE_TYPE, typeName } from '../wire/types.js'

/** The only answer of the base protocol: an empty Pong that echoes the request_id. Spec transport 13.1. */
export function checkPong(requestId: bigint): (header: EnvelopeHeader) => void {
  return (header) => {
    if (header.type === BASE_TYPE.pong && header.requestId === requestId && header.payloadLength === 0) return
    throw new NetworkError('PONG_MISMATCH', `${typeName(header.type)} is not the Pong of this request`, {
      type: header.type,
      actual: header.payloadLength,
    })
  }
}
