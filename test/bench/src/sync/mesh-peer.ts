import {
  decodeCertificateResponse,
  decodeEnvelopeRangeResponse,
  decodeRangeChunkResponse,
  decodeSnapshotChunkResponse,
  decodeSnapshotManifestResponse,
  EXT_TYPE,
  encodeCertificateRequest,
  encodeEnvelopeRangeRequest,
  encodeRangeChunkRequest,
  encodeSnapshotChunkRequest,
  encodeSnapshotManifestRequest,
  type Mesh,
} from '@montana/network'
import type { SyncPeer } from '@montana/sync'

const MAX_BYTES = 1_048_576

/** One peer of a mesh as a source of snapshots. */
export function meshPeer(mesh: Mesh, id: string, status: ReturnType<SyncPeer['status']>): SyncPeer {
  const ask = (type: number, payload: Uint8Array, signal: AbortSignal) => mesh.extRequest(id, type, payload, signal)
  const one = (fromWindow: number) => ({ fromWindow, count: 1, maxBytes: MAX_BYTES })
  return {
    id,
    status: () => status,
    async manifest(window, signal) {
      const bytes = await ask(EXT_TYPE.snapshotManifest, encodeSnapshotManifestRequest({ window }), signal)
      return decodeSnapshotManifestResponse(bytes, { window })
    },
    async chunk(request, signal) {
      const bytes = await ask(EXT_TYPE.snapshotChunk, encodeSnapshotChunkRequest(request), signal)
      return decodeSnapshotChunkResponse(bytes, request)
    },
    async range(request, signal) {
      const bytes = await ask(EXT_TYPE.rangeChunk, encodeRangeChunkRequest(request), signal)
      return decodeRangeChunkResponse(bytes, request)
    },
    async envelope(window, signal) {
      const request = one(window)
      const bytes = await ask(EXT_TYPE.envelopeRange, encodeEnvelopeRangeRequest(request), signal)
      return decodeEnvelopeRangeResponse(bytes, request).envelopes[0] ?? new Uint8Array()
    },
    async certificate(window, signal) {
      const request = one(window)
      const bytes = await ask(EXT_TYPE.certificate, encodeCertificateRequest(request), signal)
      return decodeCertificateResponse(bytes, request).certificates[0] ?? new Uint8Array()
    },
  }
}
