import type { PqBackend, Signer } from '@montana/crypto'
import type { Logger, MetricsRegistry, RandomSource, TimeSource } from '@montana/foundation'
import type { Limits } from '@montana/transport'
import type { StatusMessage } from './ext/status.js'
import type { Manifest } from './manifest.js'
import type { SecurityOptions } from './mesh/security-policy.js'
import type { PeerRef } from './peer/peer.js'
import type { PeerSnapshot, StrangerSnapshot } from './peer/snapshot.js'

export interface MeshOptions {
  /** Multiaddr `/ip4|ip6/<address>/tcp/<port>`. */
  readonly listen: string
  readonly manifest: Manifest
  /** 32 bytes; a peer of another network is disconnected. */
  readonly genesisHash: Uint8Array
  /** Refuse every identity that is not in the manifest. Default true: spec transport 10.2. */
  readonly closedMesh?: boolean
  /** Default: hybrid, then pq, and no peer required to speak hybrid. */
  readonly security?: Partial<SecurityOptions>
  /** All numbers of the transport; tests and small networks scale them. Default: the specification's. */
  readonly limits?: Limits
}

export type OwnStatus = Omit<StatusMessage, 'security'>

/** Called per message, after all size and rate checks. Byte arrays are copies that the handler may keep. */
export interface MeshHandlers {
  /** A consensus message of the base protocol; it has been acknowledged already. */
  onMessage(peer: PeerRef, type: number, requestId: bigint, payload: Uint8Array): void
  /** A request of the extension protocol: the answer's payload, or throw ExtError for an Error answer. */
  onExtRequest(peer: PeerRef, type: number, payload: Uint8Array, signal: AbortSignal): Promise<Uint8Array>
  onStatus(peer: PeerRef, status: StatusMessage): void
  /**
   * It may know nothing of what was sent so far: its first connection opened, or one of several of an own peer closed, and
   * what was on its way over that one may be lost.
   */
  onPeerReached(peer: PeerRef): void
  /** Its last connection closed. */
  onPeerDisconnected(peer: PeerRef): void
  /** All of the own Status but the security bits, which are the mesh's own. */
  ownStatus(): OwnStatus
}

export interface MeshModules {
  readonly backend: PqBackend
  readonly signer: Signer
  readonly handlers: MeshHandlers
  readonly logger: Logger
  readonly metrics: MetricsRegistry
  readonly time: TimeSource
  readonly random: RandomSource
}

/** What the layer above has proven of a peer. */
export interface PeerReport {
  /** A constant, such as `InvalidSignature`; it becomes a label of metrics and the reason of a ban. */
  readonly code: string
  /** As a rule `LIMITS.score.consensus` or `LIMITS.score.proof`. */
  readonly points: number
}

export interface Mesh {
  /** `Qm…` of the node key. */
  readonly peerId: string
  /** Listens and begins to dial; ConfigError naming `--listen` when that address cannot be had. */
  start(signal?: AbortSignal): Promise<void>
  /** Says farewell and ends within a second, whatever peers do. */
  stop(): Promise<void>
  /**
   * Sends a base message once to every connected peer; never blocks, a full queue drops. A NodeRegistration goes to
   * own peers only: those of the manifest that have not refused the extension protocol.
   */
  broadcast(type: number, requestId: bigint, payload: Uint8Array): void
  send(peerId: string, type: number, requestId: bigint, payload: Uint8Array): void
  /**
   * Sends an extension request to every connected peer that speaks the protocol and ignores the answers. Queued like
   * {@link broadcast}; RangeError for a type or length that no peer takes.
   */
  extBroadcast(type: number, payload: Uint8Array): void
  /** As {@link extBroadcast}, to one peer; nothing happens when it is not connected or does not speak the protocol. */
  extSend(peerId: string, type: number, payload: Uint8Array): void
  /** The answer's payload; ExtError for an Error answer, NetworkError or abort otherwise. */
  extRequest(peerId: string, type: number, payload: Uint8Array, signal?: AbortSignal): Promise<Uint8Array>
  /** Exchanges Status with a peer before it is due, unless the last one is recent. What comes goes to the handlers. */
  refreshStatus(peerId: string): void
  /**
   * Scores a peer for what it did at the layer above: at the bound it is disconnected and banned for a time. Only for
   * what its own key vouches for, never for what someone on the path can cause. Spec transport 16.3.
   */
  report(peerId: string, report: PeerReport): void
  /**
   * Another manifest is in force from now on: peers that are new in it are dialled, those that moved are dialled at their
   * new address, the connections of those that it does not name any more are closed. Nothing else is disturbed.
   */
  applyManifest(manifest: Manifest): void
  /**
   * Drill: cuts the path to these peers and to no others. Open connections are aborted, new ones refused in both
   * directions, until the list is replaced by one without them; the usual redial then heals the link.
   */
  cut(peerIds: readonly string[]): void
  /** Manifest peers except this node; then `other`, if a stranger was ever connected. */
  peers(): PeerSnapshot[]
  /** Each of those whom the row `other` sums up, while it is connected. */
  strangers(): StrangerSnapshot[]
  listenAddresses(): string[]
}
