import { bytesEqual, type Logger, type MetricsRegistry, systemRandom, systemTime } from '@montana/foundation'
import { createMesh, EXT_ERROR, ExtError, type Mesh, type MeshHandlers } from '@montana/network'
import type { LedgerService } from './ledger-service.js'
import { answerRange, EXT, ownStatusMessage } from './network-link.js'
import type { OpenResources } from './open.js'
import type { Prepared } from './prepare.js'

export interface MeshServiceModules {
  readonly ledger: LedgerService
  readonly registry: MetricsRegistry
  readonly logger: Logger
  readonly version: string
}

/** The mesh of this node, or undefined when it runs solo. */
export function createNodeMesh(
  prepared: Prepared,
  opened: OpenResources,
  modules: MeshServiceModules,
): Mesh | undefined {
  const { network, genesisHash } = prepared
  if (!network) return undefined
  const { listen, manifest } = network
  const { crypto: backend, signer } = opened
  const { logger, registry: metrics } = modules
  const handlers = createHandlers(prepared, opened, modules)
  const services = { backend, signer, logger, metrics, handlers, time: systemTime, random: systemRandom }
  return createMesh({ listen, manifest, genesisHash }, services)
}

function createHandlers(
  { document, genesisHash, identity }: Prepared,
  { store }: OpenResources,
  { ledger, version }: MeshServiceModules,
): MeshHandlers {
  const bootstrapKey = document.operators[0]?.nodePublicKey
  const isBootstrap = bootstrapKey !== undefined && bytesEqual(bootstrapKey, identity.publicKeys.node)
  return {
    onMessage: (peer, type, _requestId, payload) => ledger.inbox.receive(peer.peerId, type, payload),
    onExtRequest: async (peer, type, payload) => {
      if (type === EXT.envelopeRange) return answerRange(store, payload)
      if (type !== EXT.cementVote) throw new ExtError(EXT_ERROR.unsupportedType, 'unsupported type')
      ledger.inbox.receiveVote(peer.peerId, payload)
      return new Uint8Array()
    },
    onStatus: (peer, status) => ledger.catchUp.notePeerHead(peer.peerId, status.window),
    onPeerConnected: (peer) => ledger.loop.dispatch({ type: 'peer', peer: peer.peerId }),
    onPeerDisconnected: (peer) => ledger.catchUp.forgetPeer(peer.peerId),
    ownStatus: () => {
      const isSyncing = ledger.catchUp.isRunning
      return ownStatusMessage(store, { genesisHash, isMember: ledger.isMember, isBootstrap, isSyncing, version })
    },
  }
}
