export {
  InboundAdmission,
  type InboundAdmissionModules,
  type InboundAdmissionOptions,
  type InboundHooks,
} from './admission/inbound.js'
export { formatIp, type ParsedIp, parseIp } from './admission/ip.js'
export type { Lane } from './admission/lane.js'
export { LruMap } from './admission/lru-map.js'
export type { HandshakePermit } from './admission/signature-gate.js'
export { TokenBucket } from './admission/token-bucket.js'
export {
  FRAME_PREFIX_BYTES,
  IDENTITY_KEY_BYTES,
  MAX_PAD_BYTES,
  MESSAGE_1_BYTES,
  MESSAGE_2_BYTES,
  MESSAGE_3_BYTES,
  SIGNATURE_BYTES,
  TAG_BYTES,
} from './constants.js'
export type { EncrypterModules, EncrypterOptions } from './encrypter/base.js'
export { HybridEncrypter, type HybridEncrypterOptions } from './encrypter/hybrid.js'
export { PqEncrypter, type PqEncrypterOptions } from './encrypter/pq.js'
export type { Direction, HandshakeReport, Suite } from './encrypter/report.js'
export { codeInMessage, remedyOf, TransportError, type TransportErrorCode } from './errors.js'
export { FrameOpener, type FrameReader, FrameSealer, type FrameWriter, frameNonce } from './frames/cipher.js'
export { FrameDecoder } from './frames/decoder.js'
export { frameKey, nextChainSecret } from './frames/key-chain.js'
export { type RatchetInit, RatchetOpener, RatchetSealer, REKEY_LIMITS, type RekeyLimits } from './frames/ratchet.js'
export {
  FrameStream,
  type FrameStreamInit,
  HYBRID_MAX_PLAINTEXT_BYTES,
  PQ_MAX_PLAINTEXT_BYTES,
} from './frames/stream.js'
export { type HandshakeModules, type HandshakeResult, initiate, respond } from './handshake/core.js'
export { checkedTotalLength, type HandshakeChannel, padMessage } from './handshake/message.js'
export {
  type HandshakeProfile,
  HYBRID_PROTOCOL,
  hybridProfile,
  type OuterKeys,
  PQ_PROFILE,
  PQ_PROTOCOL,
  PROTOCOLS,
} from './handshake/profile.js'
export { checkRemoteIdentity, type RemoteIdentity } from './handshake/remote-identity.js'
export { runTranscriptSelfTest } from './handshake/self-test.js'
export { type StreamChannelLimits, streamChannel } from './handshake/stream-channel.js'
export {
  type InitiatorPart,
  initiatorDigest,
  masterSecret,
  type ResponderPart,
  responderDigest,
  type SessionKeys,
  type SharedSecrets,
  sessionKeys,
} from './handshake/transcript.js'
export { libp2pKey, peerIdOfNodeKey } from './identity.js'
export { type ExtLimit, LIMITS, type Limits, type RequestLimit } from './limits.js'
export { createTransportMetrics, type TransportMetrics } from './metrics.js'
export { AssumedAgreement } from './negotiation/assumed-agreement.js'
export { silentComponentLogger } from './silent-logger.js'
