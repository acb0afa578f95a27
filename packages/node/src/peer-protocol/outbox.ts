import { MESSAGE, type OutgoingMessage } from '@montana/consensus'
import type { Mesh } from '@montana/network'
import type { Outbox } from '../runtime/executor.js'
import { isVoteKind, VOTE_TYPES } from './ext-types.js'

/** Sends what the engine says, in the form and on the protocol that each message has. */
export function meshOutbox(mesh: () => Mesh | undefined): Outbox {
  return {
    broadcast: ({ kind, window, payload }: OutgoingMessage) => {
      if (isVoteKind(kind)) mesh()?.extBroadcast(VOTE_TYPES[kind], payload)
      else mesh()?.broadcast(MESSAGE[kind], BigInt(window), payload)
    },
    send: (peerId, { kind, window, payload }) => {
      if (isVoteKind(kind)) mesh()?.extSend(peerId, VOTE_TYPES[kind], payload)
      else mesh()?.send(peerId, MESSAGE[kind], BigInt(window), payload)
    },
  }
}
