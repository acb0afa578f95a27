import type {
  ConnectionGater,
  ConnectionProtector,
  MessageStream,
  MultiaddrConnection,
  PeerId,
} from '@libp2p/interface'
import { AssumedAgreement, type InboundAdmission, type Limits, TransportError } from '@montana/transport'
import type { BanList } from '../limits/score.js'
import type { PeerBook } from './peer-book.js'
import { RefusedSources } from './refused-sources.js'
import type { SecurityPolicy } from './security-policy.js'

export interface AdmissionOptions {
  readonly isClosed: boolean
  readonly limits: Limits
}

export interface AdmissionModules {
  readonly peers: PeerBook
  readonly bans: BanList
  readonly inbound: InboundAdmission
  readonly security: SecurityPolicy
  readonly nowMs: () => number
}

/** Who may connect: spec transport 10.2 (gates 1, 2 and 4 as js-libp2p calls them), 16.3. */
export class Admission {
  readonly #options: AdmissionOptions
  readonly #modules: AdmissionModules
  #unreachable: ReadonlySet<string> = new Set()

  constructor(options: AdmissionOptions, modules: AdmissionModules) {
    this.#options = options
    this.#modules = modules
  }

  /** For every proven identity, before anything is multiplexed. */
  admit(peerId: string): void {
    const { bans, nowMs } = this.#modules
    if (bans.isBanned(peerId, nowMs())) throw new TransportError('PEER_BANNED', `${peerId} is banned`, { peerId })
    if (this.#isForeign(peerId)) {
      throw new TransportError('PEER_NOT_ALLOWED', `${peerId} is not in the manifest of this closed mesh`, { peerId })
    }
  }

  #isForeign(peerId: string): boolean {
    return this.#options.isClosed && !this.#modules.peers.isInManifest(peerId)
  }

  /** Drill: from now on the path to these peers, and to no others, is cut. */
  cut(peerIds: readonly string[]): void {
    this.#unreachable = new Set(peerIds)
  }

  isCut(peerId: string): boolean {
    return this.#unreachable.has(peerId)
  }

  /** What a js-libp2p node asks on the way of a connection, in this order. */
  hooks(): { refused: RefusedSources; gater: ConnectionGater; protector: ConnectionProtector } {
    return { refused: this.#refusedSources(), gater: this.#gater(), protector: this.#protector() }
  }

  #refusedSources(): RefusedSources {
    return new RefusedSources((address) => this.#modules.inbound.refuses(address))
  }

  /** A cut path is refused outside the handshake, so that neither end takes it for a failure of the other's cryptography. */
  #gater(): ConnectionGater {
    const isCut = (peerId: PeerId) => this.isCut(peerId.toString())
    // Its place in the manifest may have gone while its handshake was under way.
    const isRefused = (peerId: PeerId) => isCut(peerId) || this.#isForeign(peerId.toString())
    return {
      denyDialPeer: isCut,
      denyInboundConnection: (connection) => !this.#accept(connection),
      denyInboundEncryptedConnection: isCut,
      denyInboundUpgradedConnection: (peerId, connection) => {
        if (isRefused(peerId)) return true
        this.#modules.inbound.upgraded(connection)
        return false
      },
      denyOutboundUpgradedConnection: isRefused,
    }
  }

  #protector(): ConnectionProtector {
    return {
      protect: async (connection) =>
        connection.direction === 'inbound' ? this.#modules.inbound.guard(connection) : this.#outbound(connection),
    }
  }

  /** Who dials has chosen whom to listen to: nothing is guarded, and no answer awaited that has only one form. */
  #outbound(connection: MessageStream): MessageStream {
    const protocol = this.#modules.security.onlyProtocolWith(peerIdIn(connection))
    return protocol === undefined ? connection : new AssumedAgreement(connection, protocol)
  }

  #accept(connection: MultiaddrConnection): boolean {
    const { inbound, peers } = this.#modules
    return inbound.accept(connection, (key) => {
      const { connections, connectionsPerIp } = this.#options.limits.caps
      const sources = [...peers.connected()].flatMap(({ links }) => links.map((link) => inbound.keyOf(link.connection)))
      if (sources.length >= connections) return 'connections'
      return sources.filter((source) => source === key).length >= connectionsPerIp ? 'connections_ip' : undefined
    })
  }
}

/** The dialled PeerId: js-libp2p protects a connection that knows its address. */
function peerIdIn(connection: Partial<MultiaddrConnection>): string | undefined {
  return connection.remoteAddr?.getComponents().findLast(({ name }) => name === 'p2p')?.value
}
