import { ConfigError } from '@montana/foundation'
import * as net from '@montana/network'
import { NetworkError } from '@montana/network'
import { bytesOf } from '../samples/ledger.js'
import { manifestJson } from '../samples/manifest.js'
import * as sample from '../samples/network.js'
import { codecTarget } from './codec-target.js'
import { peerEdgeTargets } from './peer-edges.js'
import type { Target } from './target.js'
import { transportTargets } from './transport.js'

const hash = bytesOf(32, 1)

/** What peers say to each other above the secure channel, and that channel. */
export function targets(): readonly Target[] {
  return [
    ...envelope(),
    ...requests(),
    ...ranges(),
    ...snapshots(),
    ...messages(),
    ...payloads(),
    ...texts(),
    ...peerEdgeTargets(),
    ...transportTargets(),
  ]
}

function envelope(): readonly Target[] {
  return [
    codecTarget({
      name: 'network/envelope',
      errors: [NetworkError],
      decode: net.decodeEnvelope,
      encode: net.encodeEnvelope,
      seeds: () => [net.encodeEnvelope({ type: 0x22, requestId: 1n, payload: hash })],
    }),
    codecTarget({
      name: 'network/status',
      decode: net.decodeStatus,
      encode: net.encodeStatus,
      isCanonical: false,
      seeds: () => [net.encodeStatus(sample.STATUS)],
    }),
    codecTarget({
      name: 'network/ext-error',
      decode: net.decodeExtError,
      encode: net.encodeExtError,
      isCanonical: false,
      seeds: () => [net.encodeExtError(new net.ExtError(3, 'busy', 500))],
    }),
  ]
}

function requests(): readonly Target[] {
  return [
    codecTarget({
      name: 'network/candidate-proof-request',
      decode: net.decodeCandidateProofRequest,
      encode: net.encodeCandidateProofRequest,
      seeds: () => [net.encodeCandidateProofRequest(hash)],
    }),
    codecTarget({
      name: 'network/range-request',
      decode: net.decodeEnvelopeRangeRequest,
      encode: net.encodeEnvelopeRangeRequest,
      seeds: () => [net.encodeEnvelopeRangeRequest(sample.RANGE)],
    }),
    codecTarget({
      name: 'network/object-request',
      decode: net.decodeObjectRequest,
      encode: net.encodeObjectRequest,
      seeds: () => [net.encodeObjectRequest({ kind: 1, hash })],
    }),
    codecTarget({
      name: 'network/timechain-request',
      decode: net.decodeTimechainProofRequest,
      encode: net.encodeTimechainProofRequest,
      seeds: () => [net.encodeTimechainProofRequest({ fromWindow: 7, count: 32, maxSegments: 256 })],
    }),
    codecTarget({
      name: 'network/vote-set-request',
      decode: net.decodeVoteSetRequest,
      encode: net.encodeVoteSetRequest,
      seeds: () => [net.encodeVoteSetRequest({ window: 7, fromRound: 1 })],
    }),
    codecTarget({
      name: 'network/record-proof-request',
      decode: net.decodeRecordProofRequest,
      encode: net.encodeRecordProofRequest,
      seeds: () => [net.encodeRecordProofRequest({ window: 7, table: 1, key: hash })],
    }),
    codecTarget({
      name: 'network/record-proof',
      decode: (bytes) => net.decodeRecordProofResponse(bytes, { window: 7, table: 1, key: hash }),
      encode: net.encodeRecordProofResponse,
      seeds: () => [net.encodeRecordProofResponse(bytesOf(70, 1))],
    }),
  ]
}

function ranges(): readonly Target[] {
  const request = sample.RANGE
  const proof = { window: 7, d: 2_000_000, start: hash, values: bytesOf(8 * 32, 1) }
  const proofs = { fromWindow: 7, count: 32, maxSegments: 256 }
  return [
    codecTarget({
      name: 'network/envelope-range',
      decode: (bytes) => net.decodeEnvelopeRangeResponse(bytes, request),
      encode: net.encodeEnvelopeRangeResponse,
      seeds: () => [
        net.encodeEnvelopeRangeResponse({
          firstWindow: 7,
          more: true,
          envelopes: [bytesOf(3723, 1), bytesOf(3800, 2)],
        }),
      ],
    }),
    codecTarget({
      name: 'network/certificate-range',
      decode: (bytes) => net.decodeCertificateResponse(bytes, request),
      encode: net.encodeCertificateResponse,
      seeds: () => [net.encodeCertificateResponse({ firstWindow: 7, more: false, certificates: [sample.CERTIFICATE] })],
    }),
    codecTarget({
      name: 'network/timechain-proofs',
      decode: (bytes) => net.decodeTimechainProofResponse(bytes, proofs),
      encode: net.encodeTimechainProofResponse,
      seeds: () => [net.encodeTimechainProofResponse([proof, { ...proof, window: 8 }])],
    }),
    codecTarget({
      name: 'network/vote-set',
      decode: net.decodeVoteSetResponse,
      encode: net.encodeVoteSetResponse,
      seeds: () => [
        net.encodeVoteSetResponse([]),
        net.encodeVoteSetResponse([
          { kind: 1, bytes: bytesOf(3385, 1) },
          { kind: 2, bytes: bytesOf(3384, 2) },
        ]),
      ],
    }),
  ]
}

function snapshots(): readonly Target[] {
  const chunk = { window: 7, table: sample.TABLE, lo: sample.LOWEST, hi: sample.HIGHEST } as const
  const range = { ...chunk, recordCount: 2, records: bytesOf(2 * sample.RECORD.length, 1), proof: bytesOf(70, 4) }
  const part = { window: 7, table: sample.TABLE, depth: 2, prefix: 1 } as const
  const counts = { account: 3, node: 2, candidate: 1 }
  return [
    codecTarget({
      name: 'network/snapshot-manifest',
      isCanonical: false,
      decode: (bytes) => net.decodeSnapshotManifestResponse(bytes, { window: 0 }),
      encode: net.encodeSnapshotManifestResponse,
      seeds: () => [
        net.encodeSnapshotManifestResponse({
          ...{ window: 7, counts, depths: counts },
          ...{ header: sample.SNAPSHOT_HEADER, context: bytesOf(4240, 1) },
        }),
      ],
    }),
    codecTarget({
      name: 'network/snapshot-manifest-request',
      decode: net.decodeSnapshotManifestRequest,
      encode: net.encodeSnapshotManifestRequest,
      seeds: () => [net.encodeSnapshotManifestRequest({ window: 7 })],
    }),
    codecTarget({
      name: 'network/snapshot-chunk',
      decode: (bytes) => net.decodeSnapshotChunkResponse(bytes, part),
      encode: net.encodeSnapshotChunkResponse,
      seeds: () => [
        net.encodeSnapshotChunkResponse({
          ...part,
          recordCount: 1,
          siblings: [undefined, hash],
          records: sample.RECORD,
        }),
      ],
    }),
    codecTarget({
      name: 'network/snapshot-chunk-request',
      decode: net.decodeSnapshotChunkRequest,
      encode: net.encodeSnapshotChunkRequest,
      seeds: () => [net.encodeSnapshotChunkRequest(part)],
    }),
    codecTarget({
      name: 'network/range-chunk',
      decode: net.decodeRangeChunk,
      encode: net.encodeRangeChunkResponse,
      seeds: () => [net.encodeRangeChunkResponse(range)],
    }),
    codecTarget({
      name: 'network/range-chunk-request',
      decode: net.decodeRangeChunkRequest,
      encode: net.encodeRangeChunkRequest,
      seeds: () => [net.encodeRangeChunkRequest({ window: 7, table: 1, lo: sample.LOWEST, maxBytes: 1_048_576 })],
    }),
  ]
}

function messages(): readonly Target[] {
  return [
    codecTarget({
      name: 'network/evidence',
      decode: net.decodeEvidence,
      encode: net.encodeEvidence,
      seeds: () => [
        net.encodeEvidence({ kind: 2, a: bytesOf(3384, 1), b: bytesOf(3384, 2) }),
        net.encodeEvidence({ kind: 3, a: bytesOf(3385, 1), b: bytesOf(3417, 2) }),
      ],
    }),
    codecTarget({
      name: 'network/bye',
      decode: net.decodeBye,
      encode: net.encodeBye,
      seeds: () => [net.encodeBye(1)],
    }),
  ]
}

function payloads(): readonly Target[] {
  const peers = [
    { ip: '192.0.2.1', port: 8444, nodeId: hash, startWindow: 1n },
    { ip: '2001:db8::1', port: 8444, nodeId: hash, startWindow: 2n },
  ]
  const keys = Array.from({ length: 16 }, (_, index) => bytesOf(32, index))
  const chunk = { chunkIndex: 0, totalChunks: 1, table: 2, recordCount: 1, anchorWindow: 7n, records: sample.RECORD }
  return [
    codecTarget({
      name: 'network/peer-list',
      isCanonical: false,
      decode: net.decodePeerListResponse,
      encode: net.encodePeerListResponse,
      seeds: () => [net.encodePeerListResponse(peers)],
    }),
    codecTarget({
      name: 'network/peer-list-request',
      decode: net.decodePeerListRequest,
      encode: net.encodePeerListRequest,
      seeds: () => [net.encodePeerListRequest(32)],
    }),
    codecTarget({
      name: 'network/batch-lookup-request',
      decode: net.decodeBatchLookupRequest,
      encode: net.encodeBatchLookupRequest,
      seeds: () => [net.encodeBatchLookupRequest({ queryType: 1, keys })],
    }),
    codecTarget({
      name: 'network/batch-lookup',
      decode: net.decodeBatchLookupResponse,
      encode: net.encodeBatchLookupResponse,
      seeds: () => [
        net.encodeBatchLookupResponse({ queryType: 1, bundles: [hash, new Uint8Array()] }),
        net.encodeBatchLookupResponse({ queryType: 3, exists: [true, false] }),
      ],
    }),
    codecTarget({
      name: 'network/fast-sync',
      decode: net.decodeFastSyncResponse,
      encode: net.encodeFastSyncResponse,
      seeds: () => [net.encodeFastSyncResponse(chunk)],
    }),
    codecTarget({
      name: 'network/fast-sync-request',
      decode: net.decodeFastSyncRequest,
      encode: net.encodeFastSyncRequest,
      seeds: () => [net.encodeFastSyncRequest({ anchorWindow: 7n, resumeOffset: 0n })],
    }),
    codecTarget({
      name: 'network/fast-sync-error',
      decode: net.decodeFastSyncError,
      encode: net.encodeFastSyncError,
      seeds: () => [net.encodeFastSyncError({ code: 2, text: bytesOf(5, 1) })],
    }),
    codecTarget({
      name: 'network/range-subscribe',
      decode: net.decodeRangeSubscribeRequest,
      encode: net.encodeRangeSubscribeRequest,
      seeds: () => [net.encodeRangeSubscribeRequest(keys)],
    }),
  ]
}

function texts(): readonly Target[] {
  return [
    codecTarget({
      name: 'network/manifest',
      form: 'json',
      errors: [ConfigError],
      decode: (bytes) => net.parseManifest(Buffer.from(bytes).toString('utf8')),
      seeds: async () => [Buffer.from(await manifestJson())],
      holds: ({ peers, skipped }) => (peers.length + skipped.length > 0 ? undefined : 'names nobody'),
    }),
    codecTarget({
      name: 'network/listen-address',
      form: 'text',
      maxBytes: 256,
      decode: (bytes) => net.parseListenAddress(Buffer.from(bytes).toString('utf8'), { dial: true }),
      seeds: () =>
        ['/ip4/192.0.2.1/tcp/8444', '/ip6/2001:db8::1/tcp/1', '/ip6/::ffff:0.0.0.0/tcp/1'].map((text) =>
          Buffer.from(text),
        ),
      holds: (value) => (value === undefined || (value.port > 0 && value.port < 65_536) ? undefined : 'has no port'),
    }),
  ]
}
