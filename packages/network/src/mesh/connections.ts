import type { Connection } from '@libp2p/interface'
import { type Link, type Peer, suiteOf } from '../peer/peer.js'
import { typeName } from '../wire/types.js'
import type { MeshContext } from './context.js'
import type { Dialer } from './dialer.js'
import type { Heartbeats } from './heartbeats.js'
import { silentBeside } from './renewal.js'
import type { StatusExchange } from './status-exchange.js'

const SUITES = ['hybrid', 'pq'] as const

/** Follows connections as they open and close, and runs what lives as long as a peer is connected. */
export class Connections {
  readonly #context: MeshContext
  readonly #dialer: Dialer
  readonly #heartbeats: Heartbeats
  readonly #status: StatusExchange
  readonly #sessions = new Map<Peer, AbortController>()
  /** Have just lost a connection. */
  readonly #poorer = new Set<Peer>()

  constructor(context: MeshContext, dialer: Dialer, heartbeats: Heartbeats, status: StatusExchange) {
    this.#context = context
    this.#dialer = dialer
    this.#heartbeats = heartbeats
    this.#status = status
  }

  /** Call before the node starts, so that no connection is missed. */
  watch(): void {
    const node = this.#context.node()
    node.addEventListener('connection:open', (event) => this.#opened(event.detail))
    node.addEventListener('connection:close', (event) => this.#closed(event.detail))
  }

  #opened(connection: Connection): void {
    const { peers, nowMs, heard } = this.#context
    const peer = peers.getOrAdd(connection.remotePeer.toString())
    const refusal = this.#refusal(peer, connection)
    if (refusal !== undefined) return connection.abort(new Error(refusal))
    const suite = suiteOf(connection)
    peer.handshakes[suite] += 1
    if (suite === 'none') return connection.abort(new Error('PROFILE_REFUSED: no profile of this node'))
    const wasConnected = peer.isConnected
    const link = peer.addLink(connection, suite, nowMs(), heard.of(connection))
    this.#publish(peer)
    if (!wasConnected) this.#begin(peer)
    this.#replace(peer, silentBeside(peer, link))
    void this.#status.onLink(peer, link)
  }

  #replace(peer: Peer, silent: readonly Link[]): void {
    if (silent.length === 0) return
    const fields = { peer: peer.label ?? peer.peerId, misses: peer.heartbeat.consecutiveMisses }
    this.#context.modules.logger.info({ ...fields, connections: silent.length }, 'silent connections replaced')
    for (const link of silent) {
      link.isReplaced = true
      link.connection.abort(
        new Error('REQUEST_TIMEOUT: the peer was reached anew, and this connection does not answer'),
      )
    }
    peer.renewed(this.#context.nowMs())
    this.#publish(peer)
  }

  /** A peer may have been banned, or the stop begun, while its handshake was under way. */
  #refusal(peer: Peer, connection: Connection): string | undefined {
    const { bans, nowMs, signal } = this.#context
    if (signal.aborted) return 'the node is stopping'
    if (bans.isBanned(peer.peerId, nowMs())) return 'PEER_BANNED: banned during its handshake'
    return this.#isTooMany(peer, connection) ? 'too many connections of this peer' : undefined
  }

  /** Only inbound ones are refused: an outbound one was asked for. */
  #isTooMany(peer: Peer, connection: Connection): boolean {
    const { caps } = this.#context.limits
    if (connection.direction !== 'inbound') return false
    if (peer.links.length >= caps.connectionsPerPeer) return true
    const { peers } = this.#context
    return !peers.isInManifest(peer.peerId) && peers.strangerConnections >= caps.strangers
  }

  #begin(peer: Peer): void {
    const session = new AbortController()
    this.#sessions.set(peer, session)
    peer.heartbeat.restart()
    this.#context.modules.logger.info({ peer: peer.label ?? peer.peerId }, 'peer connected')
    this.#context.handlers.onPeerReached(peer)
    void this.#heartbeats.run(peer, session.signal)
    void this.#status.keepUp(peer, session.signal)
  }

  #closed(connection: Connection): void {
    const peer = this.#context.peers.get(connection.remotePeer.toString())
    if (peer === undefined) return
    const connectedMs = peer.connectedMs(this.#context.nowMs())
    if (peer.removeLink(connection.id, this.#context.nowMs()) !== undefined) {
      this.#context.metrics.connectionsClosed.inc({ peer: peer.metricLabel, cause: closeCause(connection) })
      this.#publish(peer)
      if (peer.isConnected) this.#lostOne(peer)
      else this.#end(peer, connectedMs)
    }
    if (!peer.isConnected) this.#context.peers.releaseStranger(peer, this.#context.nowMs())
  }

  /** Told once for connections that end together, and not where all of them do. Base peers open and close many. */
  #lostOne(peer: Peer): void {
    if (!peer.isOwn || this.#poorer.has(peer)) return
    this.#poorer.add(peer)
    queueMicrotask(() => {
      this.#poorer.delete(peer)
      if (peer.isConnected) this.#context.handlers.onPeerReached(peer)
    })
  }

  #end(peer: Peer, connectedMs: number): void {
    this.#sessions.get(peer)?.abort()
    this.#sessions.delete(peer)
    for (const { type } of peer.queue.clear()) this.#context.metrics.dropped.inc({ type: typeName(type) })
    this.#context.modules.logger.info({ peer: peer.label ?? peer.peerId }, 'peer disconnected')
    this.#context.handlers.onPeerDisconnected(peer)
    this.#dialer.onDisconnected(peer, connectedMs)
  }

  /** Ends all sessions; the mesh stops. */
  endSessions(): void {
    for (const session of this.#sessions.values()) session.abort()
    this.#sessions.clear()
  }

  #publish(peer: Peer): void {
    const { metrics, peers, bans, nowMs } = this.#context
    const count = { inbound: 0, outbound: 0 }
    let ext = 0
    for (const connected of peers.connected()) {
      for (const link of connected.links) count[link.connection.direction] += 1
      if (connected.links.some((link) => link.speaksExt === true)) ext += 1
    }
    metrics.connections.set({ direction: 'inbound' }, count.inbound)
    metrics.connections.set({ direction: 'outbound' }, count.outbound)
    metrics.extPeers.set({}, ext)
    metrics.bansActive.set({}, bans.active(nowMs()))
    for (const suite of SUITES) metrics.peerConnections.set({ peer: peer.metricLabel, suite }, peer.suites[suite])
    metrics.healthy.set({ peer: peer.metricLabel }, peer.isHealthy ? 1 : 0)
  }
}

function closeCause(connection: Connection): string {
  return connection.status === 'aborted' ? 'aborted' : connection.status === 'reset' ? 'reset' : 'closed'
}
