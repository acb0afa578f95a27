export type { AnswerBody, RequestBody } from './channel/messages/messages.js'
export { createNodeChannel } from './channel/node-channel.js'
export type { NodeChannelModules, NodeChannelOptions, PeerAddress } from './channel/options.js'
export { peerRegistryOf } from './channel/peer-registry.js'
export { type NodeIdentity, nodeIdentityOf, openNodeIdentity } from './channel/tls/identity.js'
export type { NodeChannel, PeerRegistry, RegisteredKey, RequestType } from './channel/types.js'
export type * from './config/types.js'
export type * from './core/api.js'
export type * from './core/types.js'
export {
  type Epoch,
  type EpochParts,
  formatEpoch,
  makeEpoch,
  NO_EPOCH,
  parseEpoch,
  RANK,
  type Rank,
  splitEpoch,
} from './epoch.js'
export { FailoverError, type FailoverErrorCode, type PeerErrorCode } from './errors.js'
export type { SignedPost, Witness, WitnessRead } from './witness/types.js'
