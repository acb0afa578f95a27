import {
  decodeConfirmation,
  decodeEnvelope,
  decodeHeader,
  decodePropose,
  decodeReveal,
  decodeVote,
  HEADER_BYTES,
} from '@montana/consensus'
import { BASE_TYPE, EXT_TYPE } from '@montana/network'
import type { EvidenceDesk } from '../../../packages/node/src/runtime/evidence-desk.js'
import type { Inbox } from '../../../packages/node/src/runtime/inbox.js'

/**
 * What a node said: a message of the base protocol, a request of the extension protocol that is only acknowledged, or a
 * part of what it answered.
 */
export interface Heard {
  readonly protocol: 'base' | 'ext' | 'answer'
  readonly type: number
  readonly payload: Uint8Array
}

export type Kind =
  | 'reveal'
  | 'confirmation'
  | 'envelope'
  | 'notice'
  | 'registration'
  | 'draft'
  | 'propose'
  | 'vote'
  | 'evidence'
  | 'certificate'
  | 'window'

const BASE: Readonly<Record<number, Kind>> = {
  [BASE_TYPE.vdfReveal]: 'reveal',
  [BASE_TYPE.bundledConfirmation]: 'confirmation',
  [BASE_TYPE.proposal]: 'envelope',
  [BASE_TYPE.nodeRegistration]: 'registration',
}
const EXT: Readonly<Record<number, Kind>> = {
  [EXT_TYPE.draft]: 'draft',
  [EXT_TYPE.propose]: 'propose',
  [EXT_TYPE.cementVote]: 'vote',
  [EXT_TYPE.evidence]: 'evidence',
}
const ANSWER: Readonly<Record<number, Kind>> = {
  [EXT_TYPE.certificate]: 'certificate',
  [EXT_TYPE.envelopeRange]: 'window',
}

export function kindOf({ protocol, type, payload }: Heard): Kind {
  const kind = { base: BASE, ext: EXT, answer: ANSWER }[protocol][type]
  if (!kind) throw new RangeError(`${protocol} ${type}`)
  return kind === 'envelope' && payload.length === HEADER_BYTES ? 'notice' : kind
}

/** The window that it speaks of; undefined for what belongs to none, or is a lasting truth of one. */
export function windowOf(heard: Heard): number | undefined {
  const { payload } = heard
  switch (kindOf(heard)) {
    case 'reveal':
      return decodeReveal(payload).window
    case 'confirmation':
      return decodeConfirmation(payload).window
    case 'notice':
      return decodeHeader(payload).window
    case 'envelope':
    case 'window':
    case 'draft':
      return decodeEnvelope(payload).header.window
    case 'propose':
      return decodePropose(payload).window
    case 'vote':
      return decodeVote(payload).window
    default:
      return undefined
  }
}

/** As the mesh of a node hands it on. */
export function hand(
  { inbox, evidence }: { readonly inbox: Inbox; readonly evidence: EvidenceDesk },
  peer: string,
  heard: Heard,
): void {
  const { type, payload } = heard
  switch (kindOf(heard)) {
    case 'draft':
      return inbox.guarded('draft', peer, () => inbox.takeDraft(peer, payload))
    case 'propose':
      return inbox.guarded('propose', peer, () => inbox.takePropose(peer, payload))
    case 'vote':
      return inbox.guarded('vote', peer, () => inbox.takeVote(peer, payload))
    case 'evidence':
      return inbox.guarded('evidence', peer, () => evidence.take(payload))
    case 'certificate':
      return inbox.guarded('certificate', peer, () => inbox.takeCertificate(peer, payload))
    case 'window':
      return inbox.guarded('envelope', peer, () => inbox.takeEnvelope(peer, payload, 'range'))
    default:
      return inbox.receive(peer, type, payload)
  }
}
