import {
  type CementCertificate,
  type CementVote,
  type Confirmation,
  decodeCertificate,
  decodeConfirmation,
  decodeEnvelope,
  decodeHeader,
  decodePropose,
  decodeReveal,
  decodeVote,
  type Envelope,
  HEADER_BYTES,
  type Header,
  type Propose,
  type Reveal,
} from '@montana/consensus'
import { decodeNodeRegistration, type NodeRegistration } from '@montana/ledger'
import type { Message } from './packet.js'

export type Decoded =
  | { readonly type: 'reveal'; readonly object: Reveal }
  | { readonly type: 'confirmation'; readonly object: Confirmation }
  | { readonly type: 'vote'; readonly object: CementVote }
  | { readonly type: 'notice'; readonly object: Header }
  | { readonly type: 'envelope'; readonly object: Envelope }
  | { readonly type: 'draft'; readonly object: Envelope }
  | { readonly type: 'propose'; readonly object: Propose }
  | { readonly type: 'certificate'; readonly object: CementCertificate }
  | { readonly type: 'registration'; readonly object: NodeRegistration }
  | { readonly type: 'malformed' }

export type DecodedAs<T extends Decoded['type']> = Extract<Decoded, { type: T }>

const MALFORMED: Decoded = { type: 'malformed' }
const decoded = new WeakMap<Uint8Array, Decoded>()
/** A draft and the envelope that is broadcast after cementing are the same bytes. */
const envelopes = new WeakMap<Uint8Array, Envelope>()

/** Decodes a payload, once for all receivers: the simulated network hands the same array to each of them. */
export function decodeMessage(message: Message): Decoded {
  const known = decoded.get(message.payload)
  if (known && isOfKind(known, message)) return known
  const fresh = decodeOrRefuse(message)
  decoded.set(message.payload, fresh)
  return fresh
}

function isOfKind({ type }: Decoded, { kind }: Message): boolean {
  if (type === 'malformed') return true
  return kind === 'proposal' ? type === 'envelope' || type === 'notice' : type === kind
}

/** As in the node, what a decoder throws means a malformed message and nothing worse. */
function decodeOrRefuse(message: Message): Decoded {
  try {
    return decodeFresh(message)
  } catch {
    return MALFORMED
  }
}

function decodeFresh({ kind, payload }: Message): Decoded {
  switch (kind) {
    case 'reveal':
      return { type: kind, object: decodeReveal(payload) }
    case 'confirmation':
      return { type: kind, object: decodeConfirmation(payload) }
    case 'vote':
      return { type: kind, object: decodeVote(payload) }
    case 'propose':
      return { type: kind, object: decodePropose(payload) }
    case 'certificate':
      return { type: kind, object: decodeCertificate(payload) }
    case 'registration':
      return { type: kind, object: decodeNodeRegistration(payload) }
    case 'draft':
      return { type: kind, object: envelopeOf(payload) }
    case 'proposal':
      if (payload.length === HEADER_BYTES) return { type: 'notice', object: decodeHeader(payload) }
      return { type: 'envelope', object: envelopeOf(payload) }
  }
}

function envelopeOf(payload: Uint8Array): Envelope {
  const envelope = envelopes.get(payload) ?? decodeEnvelope(payload)
  envelopes.set(payload, envelope)
  return envelope
}
