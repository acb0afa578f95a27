import {
  decodeCertificateResponse,
  decodeEnvelopeRangeResponse,
  decodeRangeChunkResponse,
  decodeSnapshotChunkResponse,
  decodeSnapshotManifestResponse,
  decodeTimechainProofResponse,
  decodeVoteSetResponse,
  EXT_TYPE,
  encodeCandidateProofRequest,
  encodeCertificateRequest,
  encodeEnvelopeRangeRequest,
  encodeObjectRequest,
  encodeRangeChunkRequest,
  encodeSnapshotChunkRequest,
  encodeSnapshotManifestRequest,
  encodeTimechainProofRequest,
  encodeVoteSetRequest,
  type Mesh,
  NetworkError,
  type ObjectKind,
  type PeerSnapshot,
  type RangeChunk,
  type RangeChunkRequest,
  type SnapshotChunk,
  type SnapshotChunkRequest,
  type SnapshotManifest,
  type TimechainProofItem,
  type VoteSetItem,
} from '@montana/network'

const RANGE_MAX_BYTES = 1_048_576
/** The most that a proof may be cut into; more segments mean more parallel work. */
const PROOF_SEGMENTS_MAX = 256

/** What this node asks of its peers. Every method throws NetworkError, ExtError or CodecError, or rejects on abort. */
export interface PeerRequests {
  /** At least one; as many as fit into an answer. */
  envelopes(peerId: string, fromWindow: number, count: number, signal: AbortSignal): Promise<readonly Uint8Array[]>
  certificates(peerId: string, fromWindow: number, count: number, signal: AbortSignal): Promise<readonly Uint8Array[]>
  proof(peerId: string, window: number, signal: AbortSignal): Promise<TimechainProofItem | undefined>
  /** Of consecutive windows, at least one. */
  proofs(peerId: string, fromWindow: number, count: number, signal: AbortSignal): Promise<readonly TimechainProofItem[]>
  candidateProof(peerId: string, hash: Uint8Array, signal: AbortSignal): Promise<Uint8Array>
  object(peerId: string, kind: ObjectKind, hash: Uint8Array, signal: AbortSignal): Promise<Uint8Array>
  votes(peerId: string, window: number, signal: AbortSignal): Promise<readonly VoteSetItem[]>
  manifest(peerId: string, window: number, signal: AbortSignal): Promise<SnapshotManifest>
  chunk(peerId: string, request: SnapshotChunkRequest, signal: AbortSignal): Promise<SnapshotChunk>
  rangeChunk(peerId: string, request: RangeChunkRequest, signal: AbortSignal): Promise<RangeChunk>
  /** Connected peers, the given one first. */
  peersFrom(first: string | undefined): string[]
  /** Whether this peer may be asked for windows: spec transport 16.3. */
  isSource(peerId: string): boolean
  /** Peers that are connected or may be at any moment. */
  expected(): number
}

export function peerRequests(mesh: () => Mesh | undefined): PeerRequests {
  const ask = async (peerId: string, type: number, payload: Uint8Array, signal: AbortSignal) => {
    const running = mesh()
    if (!running) throw new NetworkError('NOT_CONNECTED', 'this node runs without a network', {})
    return await running.extRequest(peerId, type, payload, signal)
  }
  const proofs: PeerRequests['proofs'] = async (peerId, fromWindow, count, signal) => {
    const request = { fromWindow, count, maxSegments: PROOF_SEGMENTS_MAX }
    const answer = await ask(peerId, EXT_TYPE.timechainProof, encodeTimechainProofRequest(request), signal)
    return decodeTimechainProofResponse(answer, request)
  }
  return {
    envelopes: async (peerId, fromWindow, count, signal) => {
      const request = { fromWindow, count, maxBytes: RANGE_MAX_BYTES }
      const answer = await ask(peerId, EXT_TYPE.envelopeRange, encodeEnvelopeRangeRequest(request), signal)
      return decodeEnvelopeRangeResponse(answer, request).envelopes
    },
    certificates: async (peerId, fromWindow, count, signal) => {
      const request = { fromWindow, count, maxBytes: RANGE_MAX_BYTES }
      const answer = await ask(peerId, EXT_TYPE.certificate, encodeCertificateRequest(request), signal)
      return decodeCertificateResponse(answer, request).certificates
    },
    proof: async (peerId, window, signal) => (await proofs(peerId, window, 1, signal))[0],
    proofs,
    candidateProof: (peerId, hash, signal) => {
      return ask(peerId, EXT_TYPE.candidateProof, encodeCandidateProofRequest(hash), signal)
    },
    object: (peerId, kind, hash, signal) => ask(peerId, EXT_TYPE.object, encodeObjectRequest({ kind, hash }), signal),
    votes: async (peerId, window, signal) => {
      const request = encodeVoteSetRequest({ window, fromRound: 1 })
      return decodeVoteSetResponse(await ask(peerId, EXT_TYPE.voteSet, request, signal))
    },
    manifest: async (peerId, window, signal) => {
      const request = { window }
      const answer = await ask(peerId, EXT_TYPE.snapshotManifest, encodeSnapshotManifestRequest(request), signal)
      return decodeSnapshotManifestResponse(answer, request)
    },
    chunk: async (peerId, request, signal) => {
      const answer = await ask(peerId, EXT_TYPE.snapshotChunk, encodeSnapshotChunkRequest(request), signal)
      return decodeSnapshotChunkResponse(answer, request)
    },
    rangeChunk: async (peerId, request, signal) => {
      const answer = await ask(peerId, EXT_TYPE.rangeChunk, encodeRangeChunkRequest(request), signal)
      return decodeRangeChunkResponse(answer, request)
    },
    peersFrom: (first) => connectedPeers(mesh(), first),
    isSource: (peerId) =>
      mesh()
        ?.peers()
        .some((peer) => peer.peerId === peerId && peer.syncSource) ?? false,
    expected: () => (mesh()?.peers() ?? []).filter(isExpected).length,
  }
}

/** Connected, or not known to be away: whoever could not be reached is not waited for. */
function isExpected({ peerId, connections, awayCode }: PeerSnapshot): boolean {
  return peerId !== '' && (connections > 0 || awayCode === undefined)
}

function connectedPeers(mesh: Mesh | undefined, first: string | undefined): string[] {
  const connected = (mesh?.peers() ?? []).filter(({ connections }) => connections > 0).map(({ peerId }) => peerId)
  const known = connected.flatMap((peerId) => (peerId === undefined ? [] : [peerId]))
  const isFirst = (peerId: string) => (peerId === first ? 0 : 1)
  return known.sort((a, b) => isFirst(a) - isFirst(b))
}
