import { EXT_ERROR, ExtError, type Mesh } from '@montana/network'
import { ANSWERS, type AnswerModules } from '../../src/peer-protocol/answers.js'
import { type PeerRequests, peerRequests } from '../../src/peer-protocol/requests.js'

export type Peer = (type: number, payload: Uint8Array, signal?: AbortSignal) => Promise<Uint8Array>

/** A peer that answers from what it has, as a node does, in the bytes of the extension protocol. */
export function answering(modules: Partial<AnswerModules>): Peer {
  const nothing = { proofOf: () => undefined, ownRegistration: () => undefined, candidateProof: () => undefined }
  return async (type, payload) => {
    const answer = ANSWERS.get(type)
    if (!answer) throw new ExtError(EXT_ERROR.unsupportedType, 'unsupported type')
    return answer({ ...nothing, ...modules } as AnswerModules, payload)
  }
}

/** A peer that changes what another answers. */
export function altering(peer: Peer, alter: (answer: Uint8Array) => Uint8Array): Peer {
  return async (type, payload, signal) => alter(await peer(type, payload, signal))
}

/** A peer that never answers, and forgets the question when it is told to. */
export const silent: Peer = (_type, _payload, signal) => {
  return new Promise((_, reject) => signal?.addEventListener('abort', () => reject(signal.reason), { once: true }))
}

/** Requests to peers of this process; `asked` names whom, in the order in which they were asked. */
export function requestsTo(peers: Readonly<Record<string, Peer>>): { requests: PeerRequests; asked: string[] } {
  const asked: string[] = []
  const mesh: Pick<Mesh, 'extRequest'> & { peers(): object[] } = {
    peers: () => Object.keys(peers).map((peerId) => ({ peerId, connections: 1, syncSource: true })),
    extRequest: async (peerId, type, payload, signal) => {
      asked.push(peerId)
      const peer = peers[peerId]
      if (!peer) throw new ExtError(EXT_ERROR.notFound, 'nobody there')
      return await peer(type, payload, signal)
    },
  }
  return { requests: peerRequests(() => mesh as unknown as Mesh), asked }
}
