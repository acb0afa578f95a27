import { MESSAGE } from '@montana/consensus'
import { BASE_TYPE } from '@montana/network'
import type { Inbox } from '../../src/runtime/inbox.js'

/** How each kind of message reaches the inbox. */
export const WAYS = {
  reveal: (inbox: Inbox, peer: string, bytes: Uint8Array) => inbox.receive(peer, MESSAGE.reveal, bytes),
  confirmation: (inbox: Inbox, peer: string, bytes: Uint8Array) => inbox.receive(peer, MESSAGE.confirmation, bytes),
  proposal: (inbox: Inbox, peer: string, bytes: Uint8Array) => inbox.receive(peer, MESSAGE.proposal, bytes),
  registration: (inbox: Inbox, peer: string, bytes: Uint8Array) =>
    inbox.receive(peer, BASE_TYPE.nodeRegistration, bytes),
  draft: (inbox: Inbox, peer: string, bytes: Uint8Array) =>
    inbox.guarded('draft', peer, () => inbox.takeDraft(peer, bytes)),
  propose: (inbox: Inbox, peer: string, bytes: Uint8Array) =>
    inbox.guarded('propose', peer, () => inbox.takePropose(peer, bytes)),
  vote: (inbox: Inbox, peer: string, bytes: Uint8Array) =>
    inbox.guarded('vote', peer, () => inbox.takeVote(peer, bytes)),
  certificate: (inbox: Inbox, peer: string, bytes: Uint8Array) =>
    inbox.guarded('certificate', peer, () => inbox.takeCertificate(peer, bytes)),
} as const

export type Way = keyof typeof WAYS

/** The same bytes with one bit changed; a negative place counts from the end. */
export function flipped(bytes: Uint8Array, at = -1): Uint8Array {
  const changed = bytes.slice()
  const index = at < 0 ? changed.length + at : at
  changed[index] = (changed[index] ?? 0) ^ 1
  return changed
}
