import type { ExtLimit } from '@montana/transport'
import type { OutboundMessage } from '../peer/outbound-queue.js'
import { encodeEnvelope } from '../wire/envelope.js'
import { BASE_PROTOCOL, EXT_PROTOCOL } from '../wire/protocols.js'
import { BASE_TYPE, EXT_TYPE, typeName } from '../wire/types.js'

/** Types whose request_id is a window number: spec transport 13.1. */
const WINDOWED: ReadonlySet<number> = new Set([BASE_TYPE.bundledConfirmation, BASE_TYPE.vdfReveal, BASE_TYPE.proposal])

/** Where a consensus message carries its window, u64: spec protocol 9.1, 14.2, 11.1. */
const WINDOW_OFFSET: ReadonlyMap<number, number> = new Map([
  [EXT_TYPE.draft, 32],
  [EXT_TYPE.propose, 0],
  [EXT_TYPE.cementVote, 32],
])

/** Throws NetworkError ENV_LENGTH for what no envelope carries. */
export function baseMessage(type: number, requestId: bigint, payload: Uint8Array): OutboundMessage {
  const bytes = encodeEnvelope({ type, requestId, payload })
  return { protocol: BASE_PROTOCOL, type, requestId, bytes, window: WINDOWED.has(type) ? requestId : undefined }
}

/** Throws RangeError for a length that every peer would refuse. */
export function extMessage(type: number, payload: Uint8Array, limit: ExtLimit): OutboundMessage {
  if (payload.length < limit.minBytes || payload.length > limit.maxBytes) {
    throw new RangeError(`payload of ${payload.length} bytes is not a ${typeName(type)}`)
  }
  const bytes = payload.slice()
  return { protocol: EXT_PROTOCOL, type, requestId: 0n, bytes, window: windowOf(type, bytes) }
}

function windowOf(type: number, bytes: Uint8Array): bigint | undefined {
  const offset = WINDOW_OFFSET.get(type)
  return offset === undefined ? undefined : new DataView(bytes.buffer).getBigUint64(offset, true)
}
