export {
  type Availability,
  type AvailabilityInput,
  type AvailabilityTerm,
  availability,
  SECONDS_PER_YEAR,
  type Structure,
  structures,
} from './availability/index.js'
export type { NodeChannel, PeerRegistry, RegisteredKey, RequestType } from './channel/types.js'
export { boundList, bounds } from './config/bounds/bounds.js'
export { secondsText } from './config/bounds/seconds.js'
export type { Bound, GroupBounds, OverlapBound, PolicyBounds } from './config/bounds/types.js'
export { type WitnessTimes, witnessTimes } from './config/bounds/witness-times.js'
export { DEFAULT_CONFIG_PATH } from './config/constants.js'
export { type CoreExtras, toCoreSettings } from './config/core-settings.js'
export { type LoadedConfig, type LoadOptions, loadGroupConfig } from './config/load.js'
export { PRESETS, type PresetName } from './config/presets.js'
export type { ConfigProblem, ConfigProblemCode } from './config/problem.js'
export { PROFILES } from './config/profiles.js'
export { checkSelfKey, findSelf, localAddresses, type SelfSources } from './config/self.js'
export type * from './config/types.js'
export { environmentWarnings } from './config/warn/environment.js'
export { chainCoordinator } from './coordinator/chain.js'
export {
  type CoordinatorCheck,
  type CoordinatorProblem,
  checkCoordinator,
  type EndpointCheck,
} from './coordinator/check.js'
export { EtcdCluster, type EtcdConfig } from './coordinator/etcd/cluster.js'
export {
  EtcdCoordinator,
  type EtcdCoordinatorModules,
  type EtcdCoordinatorOptions,
} from './coordinator/etcd/coordinator.js'
export { CoordinatorLeasePort } from './coordinator/etcd/lease-port.js'
export { type EtcdLeases, openEtcdLeases } from './coordinator/etcd/open.js'
export { boundWithTtl, campaignDelayMs, type Expiry, expiryMs, lastInstantToActMs } from './coordinator/lease-time.js'
export type { PolicyCoordinator, Transfer } from './coordinator/types.js'
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
