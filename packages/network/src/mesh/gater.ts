import type { ConnectionGater, MultiaddrConnection, PeerId } from '@libp2p/interface'
import { type Limits, TransportError } from '@montana/transport'
import type { BanList } from '../limits/score.js'
import type { PeerBook } from './peer-book.js'

export interface AdmissionOptions {
  readonly isClosed: boolean
  readonly limits: Limits
}

/** Who may connect: spec transport 10.2 (gates 1 and 4), 16.3. */
export class Admission {
  readonly #options: AdmissionOptions
  readonly #peers: PeerBook
  readonly #bans: BanList
  readonly #nowMs: () => number
  #unreachable: ReadonlySet<string> = new Set()

  constructor(options: AdmissionOptions, peers: PeerBook, bans: BanList, nowMs: () => number) {
    this.#options = options
    this.#peers = peers
    this.#bans = bans
    this.#nowMs = nowMs
  }

  /** For every proven identity, before anything is multiplexed. */
  admit(peerId: string): void {
    if (this.#bans.isBanned(peerId, this.#nowMs())) {
      throw new TransportError('PEER_BANNED', `${peerId} is banned`, { peerId })
    }
    if (this.#options.isClosed && !this.#peers.isInManifest(peerId)) {
      throw new TransportError('PEER_NOT_ALLOWED', `${peerId} is not in the manifest of this closed mesh`, { peerId })
    }
  }

  /** Drill: from now on the path to these peers, and to no others, is cut. */
  cut(peerIds: readonly string[]): void {
    this.#unreachable = new Set(peerIds)
  }

  isCut(peerId: string): boolean {
    return this.#unreachable.has(peerId)
  }

  /** A cut path is refused outside the handshake, so that neither end takes it for a failure of the other's cryptography. */
  gater(): ConnectionGater {
    const isCut = (peerId: PeerId) => this.isCut(peerId.toString())
    return {
      denyDialPeer: isCut,
      denyInboundConnection: (connection) => this.#isHostFull(connection),
      denyInboundEncryptedConnection: isCut,
      denyInboundUpgradedConnection: isCut,
      denyOutboundUpgradedConnection: isCut,
    }
  }

  #isHostFull(connection: MultiaddrConnection): boolean {
    const host = hostOf(connection.remoteAddr.toString())
    let open = 0
    for (const peer of this.#peers.connected()) {
      for (const link of peer.links) if (hostOf(link.connection.remoteAddr.toString()) === host) open += 1
    }
    return open >= this.#options.limits.caps.connectionsPerIp
  }
}

/** `/ip4/127.0.0.1` of `/ip4/127.0.0.1/tcp/8444/p2p/Qm…`. */
function hostOf(address: string): string {
  return address.split('/').slice(0, 3).join('/')
}
