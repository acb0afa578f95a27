import {
  decodeCertificateResponse,
  decodeEnvelopeRangeResponse,
  decodeTimechainProofResponse,
  decodeVoteSetResponse,
  EXT_TYPE,
  encodeCandidateProofRequest,
  encodeCertificateRequest,
  encodeEnvelopeRangeRequest,
  encodeObjectRequest,
  encodeTimechainProofRequest,
  encodeVoteSetRequest,
  type Mesh,
  NetworkError,
  type ObjectKind,
  type TimechainProofItem,
  type VoteSetItem,
} from '@montana/network'

const RANGE_COUNT = 64
const RANGE_MAX_BYTES = 1_048_576
/** The most that a proof may be cut into; more segments mean more parallel work. */
const PROOF_SEGMENTS_MAX = 256

/** What this node asks of its peers. Every method throws NetworkError, ExtError or CodecError, or rejects on abort. */
export interface PeerRequests {
  envelopes(peerId: string, fromWindow: number, signal: AbortSignal): Promise<readonly Uint8Array[]>
  certificates(peerId: string, fromWindow: number, count: number, signal: AbortSignal): Promise<readonly Uint8Array[]>
  proof(peerId: string, window: number, signal: AbortSignal): Promise<TimechainProofItem | undefined>
  candidateProof(peerId: string, hash: Uint8Array, signal: AbortSignal): Promise<Uint8Array>
  object(peerId: string, kind: ObjectKind, hash: Uint8Array, signal: AbortSignal): Promise<Uint8Array>
  votes(peerId: string, window: number, signal: AbortSignal): Promise<readonly VoteSetItem[]>
  /** Connected peers, the given one first. */
  peersFrom(first: string | undefined): string[]
}

export function peerRequests(mesh: () => Mesh | undefined): PeerRequests {
  const ask = async (peerId: string, type: number, payload: Uint8Array, signal: AbortSignal) => {
    const running = mesh()
    if (!running) throw new NetworkError('NOT_CONNECTED', 'this node runs without a network', {})
    return await running.extRequest(peerId, type, payload, signal)
  }
  return {
    envelopes: async (peerId, fromWindow, signal) => {
      const request = { fromWindow, count: RANGE_COUNT, maxBytes: RANGE_MAX_BYTES }
      const answer = await ask(peerId, EXT_TYPE.envelopeRange, encodeEnvelopeRangeRequest(request), signal)
      return decodeEnvelopeRangeResponse(answer, request).envelopes
    },
    certificates: async (peerId, fromWindow, count, signal) => {
      const request = { fromWindow, count, maxBytes: RANGE_MAX_BYTES }
      const answer = await ask(peerId, EXT_TYPE.certificate, encodeCertificateRequest(request), signal)
      return decodeCertificateResponse(answer, request).certificates
    },
    proof: async (peerId, window, signal) => {
      const request = { fromWindow: window, count: 1, maxSegments: PROOF_SEGMENTS_MAX }
      const answer = await ask(peerId, EXT_TYPE.timechainProof, encodeTimechainProofRequest(request), signal)
      return decodeTimechainProofResponse(answer, request)[0]
    },
    candidateProof: (peerId, hash, signal) => {
      return ask(peerId, EXT_TYPE.candidateProof, encodeCandidateProofRequest(hash), signal)
    },
    object: (peerId, kind, hash, signal) => ask(peerId, EXT_TYPE.object, encodeObjectRequest({ kind, hash }), signal),
    votes: async (peerId, window, signal) => {
      const request = encodeVoteSetRequest({ window, fromRound: 1 })
      return decodeVoteSetResponse(await ask(peerId, EXT_TYPE.voteSet, request, signal))
    },
    peersFrom: (first) => connectedPeers(mesh(), first),
  }
}

function connectedPeers(mesh: Mesh | undefined, first: string | undefined): string[] {
  const connected = (mesh?.peers() ?? []).filter(({ connections }) => connections > 0).map(({ peerId }) => peerId)
  const known = connected.flatMap((peerId) => (peerId === undefined ? [] : [peerId]))
  const isFirst = (peerId: string) => (peerId === first ? 0 : 1)
  return known.sort((a, b) => isFirst(a) - isFirst(b))
}
