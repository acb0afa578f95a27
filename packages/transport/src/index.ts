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
export {
  type Direction,
  type EncrypterModules,
  type EncrypterOptions,
  type HandshakeReport,
  PqEncrypter,
  type Suite,
} from './encrypter.js'
export { codeInMessage, TransportError, type TransportErrorCode } from './errors.js'
export { FrameOpener, FrameSealer, frameNonce } from './frames/cipher.js'
export { FrameDecoder } from './frames/decoder.js'
export { FrameStream, type FrameStreamInit, PQ_MAX_PLAINTEXT_BYTES } from './frames/stream.js'
export { type HandshakeModules, type HandshakeResult, initiate, respond } from './handshake/core.js'
export { checkedTotalLength, type HandshakeChannel, padMessage } from './handshake/message.js'
export { type HandshakeProfile, PQ_PROFILE, PQ_PROTOCOL } from './handshake/profile.js'
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
