import {
  type CementVote,
  type Confirmation,
  decodeConfirmation,
  decodeEnvelope,
  decodeHeader,
  decodeReveal,
  decodeVote,
  type Envelope,
  HEADER_BYTES,
  type Header,
  type OutgoingMessage,
  type Reveal,
} from '@montana/consensus'

export type Decoded =
  | { readonly type: 'reveal'; readonly object: Reveal }
  | { readonly type: 'confirmation'; readonly object: Confirmation }
  | { readonly type: 'vote'; readonly object: CementVote }
  | { readonly type: 'notice'; readonly object: Header }
  | { readonly type: 'envelope'; readonly object: Envelope }
  | { readonly type: 'malformed' }

const MALFORMED: Decoded = { type: 'malformed' }
const decoded = new WeakMap<Uint8Array, Decoded>()

/** Decodes a payload, once for all receivers: the simulated network hands the same array to each of them. */
export function decodeMessage({ kind, payload }: OutgoingMessage): Decoded {
  const known = decoded.get(payload)
  if (known) return known
  const fresh = decodeOrRefuse(kind, payload)
  decoded.set(payload, fresh)
  return fresh
}

/** As in the node, what a decoder throws means a malformed message and nothing worse. */
function decodeOrRefuse(kind: OutgoingMessage['kind'], payload: Uint8Array): Decoded {
  try {
    return decodeFresh(kind, payload)
  } catch {
    return MALFORMED
  }
}

function decodeFresh(kind: OutgoingMessage['kind'], payload: Uint8Array): Decoded {
  if (kind === 'reveal') return { type: 'reveal', object: decodeReveal(payload) }
  if (kind === 'confirmation') return { type: 'confirmation', object: decodeConfirmation(payload) }
  if (kind === 'vote') return { type: 'vote', object: decodeVote(payload) }
  if (payload.length === HEADER_BYTES) return { type: 'notice', object: decodeHeader(payload) }
  return { type: 'envelope', object: decodeEnvelope(payload) }
}
