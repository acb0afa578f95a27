export { checkedListenAddress, type ListenAddress, parseListenAddress } from './address.js'
export { EXT_ERROR, ExtError, type ExtErrorCode, NetworkError, type NetworkErrorCode } from './errors.js'
export * from './ext/candidate-proof.js'
export * from './ext/certificate.js'
export * from './ext/envelope-range.js'
export { decodeExtError, encodeExtError } from './ext/error-answer.js'
export * from './ext/evidence.js'
export * from './ext/object.js'
export * from './ext/range-chunk.js'
export * from './ext/record-proof.js'
export * from './ext/snapshot-chunk.js'
export * from './ext/snapshot-manifest.js'
export {
  checkedStateTable,
  type PerTable,
  STATE_RECORD_BYTES,
  STATE_TABLE,
  type StateTable,
  type StateTableName,
  stateTableName,
} from './ext/state-table.js'
export { decodeStatus, encodeStatus, ROLE, SECURITY, STATUS_FLAG, type StatusMessage } from './ext/status.js'
export * from './ext/timechain-proof.js'
export * from './ext/vote-set.js'
export {
  type Manifest,
  type ManifestMember,
  type ManifestPeer,
  manifestMembers,
  parseManifest,
  type SkippedEntry,
} from './manifest.js'
export { createMesh } from './mesh/mesh.js'
export { DEFAULT_SECURITY, type SecurityOptions } from './mesh/security-policy.js'
export type { Mesh, MeshHandlers, MeshModules, MeshOptions, OwnStatus, PeerReport } from './options.js'
export * from './payloads/batch-lookup.js'
export { BYE_REASON, decodeBye, encodeBye } from './payloads/bye.js'
export * from './payloads/fast-sync.js'
export * from './payloads/peer-list.js'
export * from './payloads/range-subscribe.js'
export type { PingCounters } from './peer/heartbeat-state.js'
export type { PeerRef } from './peer/peer.js'
export type { PeerSnapshot, StrangerSnapshot } from './peer/snapshot.js'
export {
  decodeEnvelope,
  decodeHeader,
  type Envelope,
  type EnvelopeHeader,
  encodeEnvelope,
  HEADER_BYTES,
} from './wire/envelope.js'
export { BASE_PROTOCOL, EXT_PROTOCOL } from './wire/protocols.js'
export { BASE_TYPE, EXT_TYPE, typeName } from './wire/types.js'
