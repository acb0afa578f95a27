export { type Acceptance, decideAcceptance, type Highest } from './acceptance.js'
export { addressOfPublicKey, HOST_ADDRESS } from './address.js'
export { type FleetConfig, readFleetConfig } from './config.js'
export { MAX_DOCUMENT_BYTES, MAX_OVERLAP_MS } from './constants.js'
export {
  type DocumentKind,
  type DocumentSignature,
  type DocumentVerifier,
  documentDigest,
  documentHead,
  documentText,
  type SignedDocument,
  signaturesField,
  signedBytes,
} from './document.js'
export { type DocumentFiles, PRIVATE_FILES, sharedFiles } from './document-files.js'
export { DocumentStore, type DocumentStoreInit, type Judgement, type JudgeOptions } from './document-store.js'
export { firstHead, type Issue, revise } from './draft.js'
export { FleetError, type FleetErrorCode } from './errors.js'
export { hostKeyText, readHostKey } from './host-key.js'
export { createJobMetrics, type JobMetrics } from './job/metrics.js'
export {
  type JobDocument,
  type JobRecord,
  type JobRun,
  readJobRecord,
  readJobRecords,
  recordRun,
} from './job/record.js'
export { createJoinRequest, type JoinRequestInit, joinRequestBytes } from './join/create.js'
export { JOIN_REQUEST_SCHEMA, type JoinRequestDocument } from './join/form.js'
export {
  type JoinRequestModules,
  MAX_JOIN_LIFE_MS,
  MAX_JOIN_REQUEST_BYTES,
  peerOfRequest,
  readJoinRequest,
} from './join/read.js'
export { UsedRequests } from './join/used.js'
export { type GenesisMember, MANIFEST_KIND, manifestKind } from './manifest/content.js'
export { createManifest, putPeer, removePeer } from './manifest/draft.js'
export {
  KEY_LOST,
  MANIFEST_SCHEMA,
  type ManifestDocument,
  type ManifestPeerDocument,
  type NodeRotation,
} from './manifest/form.js'
export { nodeRotationBytes, type RotationFacts, signNodeRotation } from './manifest/rotation.js'
export { createDocumentMetrics, type DocumentMetrics } from './metrics.js'
export { type OperatorKey, operatorKeyText, readOperatorKey } from './operator-key.js'
export {
  type OperatorEntry,
  operatorsText,
  parseTrustRoot,
  readTrustRoot,
  type TrustRoot,
  type TrustRootDocument,
} from './operators.js'
export { DEFAULT_FLEET_CONFIG, DEFAULT_FLEET_STATE, DEFAULT_OPERATORS } from './paths.js'
export { REGISTRY_KIND } from './registry/content.js'
export { createRegistry, putHost, type RegistryDraftInit, reviseRegistry } from './registry/draft.js'
export {
  type HostDocument,
  type KeyType,
  REGISTRY_SCHEMA,
  type RegistryDocument,
  type WitnessDocument,
} from './registry/form.js'
export { importLegacyHosts } from './registry/legacy.js'
export { type RegistryModules, readDocumentFile, readRegistry } from './registry/read.js'
export {
  type HostKey,
  type HostRegistry,
  indexRegistry,
  type RegisteredHost,
  type RegisteredWitness,
} from './registry/registry.js'
export { rotationBytes } from './registry/rotation.js'
export { validKeys } from './registry/valid-keys.js'
export {
  type RegistryWatch,
  type RegistryWatchModules,
  type RegistryWatchOptions,
  watchRegistry,
} from './registry/watch.js'
export { signDocument } from './sign.js'
export { DOCUMENT_STATES, type DocumentState, stateByDates, worstState } from './state.js'
export { parseStrictJson } from './strict-json.js'
export { audit } from './sync/audit.js'
export { withSyncLock } from './sync/lock.js'
export { type PullInit, type PullResult, pullDocument, type SourceReport } from './sync/pull.js'
export { type SyncInit, type SyncResult, syncDocument } from './sync/run.js'
export { DocumentServer, type DocumentServerOptions } from './sync/serve.js'
export { DOCUMENTS_ROUTE, type DocumentSource, parseSource } from './sync/source.js'
export {
  type AuthenticDocument,
  authenticate,
  checkContent,
  checkDates,
  type ParsedDocument,
  parseDocument,
  type VerifiedDocument,
  type VerifyModules,
  verifyDocument,
} from './verify.js'
