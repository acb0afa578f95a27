import {
  type AuthenticatedEnvelope,
  decodeConfirmation,
  decodeEnvelope,
  decodeHeader,
  decodePropose,
  decodeReveal,
  decodeVote,
  type EngineEvent,
  type Envelope,
  HEADER_BYTES,
  type OutgoingMessage,
} from '@montana/consensus'

/** What one member sends is an event for the others. Nobody forges here, so signatures count as checked. */
export function eventOf(from: string, { kind, payload }: OutgoingMessage, nowMs: number): EngineEvent {
  const origin = { from, nowMs }
  switch (kind) {
    case 'reveal':
      return { type: 'reveal', reveal: decodeReveal(payload), ...origin }
    case 'confirmation':
      return { type: 'confirmation', confirmation: decodeConfirmation(payload), ...origin }
    case 'vote':
      return { type: 'vote', vote: decodeVote(payload), ...origin }
    case 'propose':
      return { type: 'propose', propose: decodePropose(payload), ...origin }
    case 'draft':
      return { type: 'draft', candidate: preverified(decodeEnvelope(payload)), ...origin }
    case 'proposal':
      return proposalEvent(payload, origin)
  }
}

function proposalEvent(payload: Uint8Array, origin: { from: string; nowMs: number }): EngineEvent {
  if (payload.length === HEADER_BYTES) return { type: 'notice', header: decodeHeader(payload), ...origin }
  return { type: 'envelope', candidate: preverified(decodeEnvelope(payload)), ...origin }
}

/** The form in which the crypto stage hands on an envelope whose signatures all hold. */
export function preverified(envelope: Envelope): AuthenticatedEnvelope {
  const all = (list: readonly unknown[]) => list.map(() => true)
  const { confirmers, evidence, control } = envelope
  return {
    envelope,
    signatures: { header: true, confirmers: all(confirmers), evidence: all(evidence), control: all(control) },
  }
}
