export { Agent, type AgentInit } from './agent/agent.js'
export type { AgentCommand, CommandResult } from './agent/command-types.js'
export { ControlClient, type GroupHistory } from './agent/control-client.js'
export type { AgentModules, BreathCycle, PolicyServices, Tenure } from './agent/ports.js'
export type { FailoverStatus, HostStatus, PolicyStatus } from './agent/status.js'
export { type OnlineQuestion, onlineQuestions } from './assembly/online-questions.js'
export { type AgentPaths, agentPaths } from './assembly/paths.js'
export { type RunningAgent, type StartAgentInit, startAgent } from './assembly/start-agent.js'
export type { AnswerBody, RequestBody } from './channel/messages/messages.js'
export { createNodeChannel } from './channel/node-channel.js'
export type { NodeChannelModules, NodeChannelOptions, PeerAddress } from './channel/options.js'
export { peerRegistryOf } from './channel/peer-registry.js'
export { type NodeIdentity, nodeIdentityOf, openNodeIdentity } from './channel/tls/identity.js'
export type { NodeChannel, PeerRegistry, RegisteredKey, RequestType } from './channel/types.js'

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
export { boundWithTtl } from './coordinator/lease-time.js'
export type { PolicyCoordinator, Transfer } from './coordinator/types.js'

export type * from './core/api.js'
export { createCore } from './core/core.js'
export type * from './core/types.js'
export {
  createFailover,
  Failover,
  type FailoverHooks,
  type FailoverModules,
  type MasterContext,
  runWith3Mirror,
  type StandbyContext,
  type ThreeMirrorInit,
} from './create-failover.js'
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
export { createFence, type Fence, type FenceInit, type FenceVerdict } from './fence/fence.js'
export { EPOCH_REF, FALLBACK_EPOCH_REF } from './fence/git/constants.js'
export { createGitFence } from './fence/git/git-fence.js'
export type { FenceMark } from './fence/git/mark.js'
export type { FencedPush, FencedUpdate, GitFence, GitFenceOptions } from './fence/git/types.js'
export {
  checkEpochHeader,
  EPOCH_HEADER,
  type FenceAnswer,
  type FencedRequest,
  type FencedRequestOptions,
  fenceAnswer,
  IDEMPOTENCY_KEY_HEADER,
} from './fence/headers.js'
export { type FencedHandler, type FencedListener, fencedListener, fencedRoute } from './fence/http.js'
export { type SqliteEffect, SqliteFence, type SqliteFenceOptions, type SqliteOutcome } from './fence/sqlite.js'
export { type Incident, incidents, type Tenancy, type UnfencedIn } from './history/incidents.js'
export type { HistoryRecord } from './history/record.js'
export {
  createHookRunner,
  type EffectClass,
  type HookService,
  type Hooks,
  type TenureContext,
} from './runner/hook-service.js'
export * from './settings.js'
export { createGitWitness, type GitWitnessModules, type GitWitnessOptions } from './witness/git-witness.js'
export { createHttpWitness, type HttpWitnessModules, type HttpWitnessOptions } from './witness/http-witness.js'
export { encodePost, isSignedBy, signPost } from './witness/post.js'
export { serveWitness } from './witness/serve.js'
export { loadWitnessConfig, type WitnessConfigFile } from './witness/serve-config.js'
export {
  type HostKeys,
  startWitnessServer,
  type WitnessServer,
  type WitnessServerModules,
  type WitnessServerOptions,
} from './witness/server.js'
export type { SignedPost, Witness, WitnessRead } from './witness/types.js'
