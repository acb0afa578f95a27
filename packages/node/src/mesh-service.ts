import {
  bytesEqual,
  fromHex,
  type Logger,
  type MetricsRegistry,
  systemRandom,
  type TimeSource,
} from '@montana/foundation'
import {
  createMesh,
  EXT_ERROR,
  EXT_TYPE,
  ExtError,
  type Manifest,
  type Mesh,
  type MeshHandlers,
  type PeerRef,
} from '@montana/network'
import type { Liar } from './drill/liar.js'
import type { LedgerService } from './ledger-service.js'
import type { OpenResources } from './open.js'
import { ANSWERS } from './peer-protocol/answers.js'
import { ownStatusMessage } from './peer-protocol/own-status.js'
import { SNAPSHOT_ANSWERS } from './peer-protocol/snapshot-answers.js'
import type { Prepared } from './prepare.js'
import type { SnapshotServer } from './snapshot/server.js'

export interface MeshServiceModules {
  /** The one in use: a snapshot replaces it. */
  readonly ledger: () => LedgerService
  /** Catching up, by whatever way. */
  readonly isSyncing: () => boolean
  readonly registry: MetricsRegistry
  readonly logger: Logger
  readonly time: TimeSource
  readonly version: string
  readonly liar: Liar
  readonly snapshots: SnapshotServer
}

/** The mesh of this node, or undefined when it runs solo. */
export function createNodeMesh(
  prepared: Prepared,
  manifest: Manifest | undefined,
  opened: OpenResources,
  modules: MeshServiceModules,
): Mesh | undefined {
  const { network, genesisHash, options } = prepared
  if (!network || !manifest) return undefined
  const { listen } = network
  const { crypto: backend, signer } = opened
  const { logger, time, registry: metrics } = modules
  const handlers = createHandlers(prepared, opened, modules)
  const services = { backend, signer, logger, metrics, handlers, time, random: systemRandom }
  const security = { offers: options.transportSecurity, requireHybrid: options.transportRequireHybrid }
  return createMesh({ listen, manifest, genesisHash, security, closedMesh: !options.openMesh }, services)
}

function createHandlers(
  { document, genesisHash, identity }: Prepared,
  { store }: OpenResources,
  { ledger, isSyncing, version, liar, snapshots }: MeshServiceModules,
): MeshHandlers {
  const bootstrapKey = document.operators[0]?.nodePublicKey
  const isBootstrap = bootstrapKey !== undefined && bytesEqual(bootstrapKey, identity.publicKeys.node)
  return {
    onMessage: (peer, type, _requestId, payload) => ledger().inbox.receive(peer.peerId, type, payload),
    onExtRequest: async (peer, type, payload, signal) => {
      const own = ANSWERS.get(type)?.(ledger().answers, payload)
      const answer = own ?? SNAPSHOT_ANSWERS.get(type)?.(snapshots, payload, signal)
      if (answer) return liar.alter(peer.peerId, { type, payload }, await answer)
      receiveExt(ledger(), peer.peerId, type, payload)
      return new Uint8Array()
    },
    onStatus: (peer, status) => {
      ledger().noteStatus(peer.peerId, nodeIdOf(peer), status)
      ledger().candidacy.greet(peer.peerId)
    },
    // What was on its way is said again: otherwise that is due only after ten seconds of a head that stands still.
    onPeerReached: (peer) => ledger().loop.dispatch({ type: 'peer', peer: peer.peerId }),
    onPeerDisconnected: (peer) => ledger().forgetPeer(peer.peerId),
    ownStatus: () => {
      const { phase } = ledger()
      const facts = { genesisHash, phase, isBootstrap, isSyncing: isSyncing(), version }
      return ownStatusMessage(store, { ...facts, snapshotWindow: snapshots.newest })
    },
  }
}

/** Messages that are acknowledged as received and judged afterwards. */
function receiveExt({ inbox, evidence }: LedgerService, peerId: string, type: number, payload: Uint8Array): void {
  switch (type) {
    case EXT_TYPE.draft:
      return inbox.guarded('draft', peerId, () => inbox.takeDraft(peerId, payload))
    case EXT_TYPE.propose:
      return inbox.guarded('propose', peerId, () => inbox.takePropose(peerId, payload))
    case EXT_TYPE.cementVote:
      return inbox.guarded('vote', peerId, () => inbox.takeVote(peerId, payload))
    case EXT_TYPE.evidence:
      return inbox.guarded('evidence', peerId, () => evidence.take(payload))
    default:
      throw new ExtError(EXT_ERROR.unsupportedType, 'unsupported type')
  }
}

function nodeIdOf({ nodeIdHex }: PeerRef): Uint8Array | undefined {
  return nodeIdHex === undefined ? undefined : fromHex(nodeIdHex, 32)
}
