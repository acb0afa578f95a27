import { setMaxListeners } from 'node:events'
import type { Libp2p } from '@libp2p/interface'
import { MontanaError, withTimeout } from '@montana/foundation'
import {
  createTransportMetrics,
  type InboundAdmission,
  LIMITS,
  peerIdOfNodeKey,
  runTranscriptSelfTest,
  type TransportMetrics,
} from '@montana/transport'
import { checkedListenAddress, listenFailure } from '../address.js'
import { NetworkError } from '../errors.js'
import { createLibp2pNode } from '../libp2p-node.js'
import { ByteBudget } from '../limits/byte-budget.js'
import { PaceBook } from '../limits/pace.js'
import { BanList } from '../limits/score.js'
import { type Manifest, manifestMembers } from '../manifest.js'
import { clearPeerGauges, createNetworkMetrics } from '../metrics.js'
import type { Mesh, MeshModules, MeshOptions, PeerReport } from '../options.js'
import { HeardBook } from '../peer/heard.js'
import type { PeerSnapshot, StrangerSnapshot } from '../peer/snapshot.js'
import { BaseServer } from '../serve/base-server.js'
import { ExtServer } from '../serve/ext-server.js'
import { BASE_PROTOCOL, EXT_PROTOCOL } from '../wire/protocols.js'
import { Connections } from './connections.js'
import type { MeshContext } from './context.js'
import { Dialer } from './dialer.js'
import { Discipline } from './discipline.js'
import { createEncrypters } from './encrypters.js'
import { ExtClient } from './ext-client.js'
import { sayFarewell } from './farewell.js'
import { Admission } from './gater.js'
import { guardedHandlers } from './guarded-handlers.js'
import { Heartbeats } from './heartbeats.js'
import { inboundAdmission, manifestAddresses } from './inbound-admission.js'
import { PeerBook } from './peer-book.js'
import { Renewal } from './renewal.js'
import { DEFAULT_SECURITY, SecurityPolicy } from './security-policy.js'
import { Sender } from './sender.js'
import { StatusExchange } from './status-exchange.js'

/** A full mesh from a manifest over js-libp2p. Nothing happens before `start`; a stopped mesh is not started again. */
export function createMesh(options: MeshOptions, modules: MeshModules): Mesh {
  return new Libp2pMesh(options, modules)
}

class Libp2pMesh implements Mesh {
  readonly peerId: string
  readonly #context: MeshContext
  readonly #modules: MeshModules
  readonly #stopping = new AbortController()
  readonly #discipline: Discipline
  readonly #dialer: Dialer
  readonly #sender: Sender
  readonly #ext: ExtClient
  readonly #status: StatusExchange
  readonly #connections: Connections
  readonly #servers: { readonly base: BaseServer; readonly ext: ExtServer }
  readonly #admission: Admission
  readonly #inbound: InboundAdmission
  readonly #transportMetrics: TransportMetrics
  #node: Libp2p | undefined
  #stopped: Promise<void> | undefined

  constructor(options: MeshOptions, modules: MeshModules) {
    checkedListenAddress(options.listen)
    // Every exchange in progress listens for the end of the mesh.
    setMaxListeners(0, this.#stopping.signal)
    this.peerId = peerIdOfNodeKey(modules.signer.publicKey).toString()
    this.#modules = modules
    const context = this.#createContext(options, modules)
    this.#context = context
    const { limits, nowMs, peers, bans } = context
    this.#transportMetrics = createTransportMetrics(modules.metrics)
    this.#inbound = inboundAdmission(context, modules, this.#transportMetrics)
    this.#admission = new Admission(
      { isClosed: options.closedMesh ?? true, limits },
      { peers, bans, security: context.security, inbound: this.#inbound, nowMs },
    )
    const discipline = new Discipline(context)
    this.#discipline = discipline
    this.#dialer = new Dialer(context)
    const paces = new PaceBook(nowMs)
    this.#ext = new ExtClient(context, discipline, paces)
    this.#sender = new Sender(context, discipline, this.#ext, paces)
    this.#status = new StatusExchange(context, this.#ext, (peer) => this.#dialer.slowDown(peer))
    const heartbeats = new Heartbeats(context, discipline, new Renewal(context, this.#dialer))
    this.#connections = new Connections(context, this.#dialer, heartbeats, this.#status)
    const { caps } = limits
    const budget = new ByteBudget({
      perPeerBytes: caps.inboundBytesPerPeer,
      totalBytes: caps.inboundBytes,
      waitMs: caps.inboundWaitMs,
    })
    this.#servers = {
      base: new BaseServer(context, discipline, budget),
      ext: new ExtServer(context, discipline, budget, this.#status),
    }
  }

  async start(signal?: AbortSignal): Promise<void> {
    if (this.#node !== undefined) throw new MontanaError('MESH_STARTED', 'the mesh was started already')
    signal?.throwIfAborted()
    await runTranscriptSelfTest(this.#modules.backend)
    const node = await this.#createNode()
    this.#node = node
    const { options } = this.#context
    await this.#handleProtocols(node)
    this.#connections.watch()
    try {
      await node.start()
    } catch (error) {
      throw listenFailure(options.listen, error)
    }
    this.#warnOfSkipped(options.manifest)
    this.#dialer.start()
  }

  stop(): Promise<void> {
    this.#stopped ??= this.#stop()
    return this.#stopped
  }

  broadcast(type: number, requestId: bigint, payload: Uint8Array): void {
    this.#sender.broadcast(type, requestId, payload)
  }

  send(peerId: string, type: number, requestId: bigint, payload: Uint8Array): void {
    this.#sender.send(peerId, type, requestId, payload)
  }

  extBroadcast(type: number, payload: Uint8Array): void {
    this.#sender.extBroadcast(type, payload)
  }

  extSend(peerId: string, type: number, payload: Uint8Array): void {
    this.#sender.extSend(peerId, type, payload)
  }

  async extRequest(peerId: string, type: number, payload: Uint8Array, signal?: AbortSignal): Promise<Uint8Array> {
    const peer = this.#context.peers.get(peerId)
    if (peer === undefined) throw new NetworkError('NOT_CONNECTED', 'no such peer', { peerId })
    const stop = this.#stopping.signal
    return await this.#ext.request(peer, type, payload, signal === undefined ? stop : AbortSignal.any([signal, stop]))
  }

  refreshStatus(peerId: string): void {
    const peer = this.#context.peers.get(peerId)
    if (peer !== undefined) void this.#status.refresh(peer)
  }

  report(peerId: string, report: PeerReport): void {
    const peer = this.#context.peers.get(peerId)
    if (peer !== undefined) this.#discipline.report(peer, report)
  }

  applyManifest(manifest: Manifest): void {
    const { peers, security, bans, metrics } = this.#context
    const { added, removed, lostLabels } = peers.apply(manifest)
    for (const { peerId } of added) bans.lift(peerId)
    security.apply(manifestMembers(manifest))
    this.#inbound.setManifestAddresses(manifestAddresses(manifest))
    for (const label of lostLabels) clearPeerGauges(metrics, label)
    this.#dialer.apply()
    for (const { links } of removed) {
      for (const { connection } of [...links]) connection.abort(new Error('the manifest names this peer no more'))
    }
    this.#warnOfSkipped(manifest)
  }

  #warnOfSkipped({ skipped }: Manifest): void {
    for (const { label, code, message } of skipped) this.#modules.logger.warn({ label, code }, message)
  }

  cut(peerIds: readonly string[]): void {
    this.#admission.cut(peerIds)
    for (const connection of this.#node?.getConnections() ?? []) {
      if (this.#admission.isCut(connection.remotePeer.toString())) connection.abort(new Error('the path is cut'))
    }
  }

  peers(): PeerSnapshot[] {
    return this.#context.peers.snapshots(this.#context.nowMs())
  }

  strangers(): StrangerSnapshot[] {
    return this.#context.peers.strangers(this.#context.nowMs())
  }

  listenAddresses(): string[] {
    return this.#node?.getMultiaddrs().map(String) ?? []
  }

  #createContext(options: MeshOptions, modules: MeshModules): MeshContext {
    const limits = options.limits ?? LIMITS
    const { metrics, handlers, ...rest } = modules
    const nowMs = () => modules.time.monotonicMs()
    const security = { ...DEFAULT_SECURITY, ...options.security }
    return {
      options,
      limits,
      modules: rest,
      handlers: guardedHandlers(handlers, modules.logger),
      metrics: createNetworkMetrics(metrics),
      peers: new PeerBook(options.manifest, this.peerId, limits),
      bans: new BanList(limits.score),
      heard: new HeardBook(),
      security: new SecurityPolicy(security, manifestMembers(options.manifest), limits.downgrade, nowMs),
      nowMs,
      signal: this.#stopping.signal,
      node: () => {
        if (this.#node === undefined) throw new MontanaError('MESH_NOT_STARTED', 'the mesh was not started')
        return this.#node
      },
    }
  }

  async #createNode(): Promise<Libp2p> {
    const { signer } = this.#modules
    const { limits, options } = this.#context
    const gates = { admit: (peerId: string) => this.#admission.admit(peerId), inbound: this.#inbound }
    const encrypters = createEncrypters(this.#context, gates, this.#transportMetrics)
    return await createLibp2pNode(
      { listen: options.listen, limits },
      { signer, encrypters, ...this.#admission.hooks() },
    )
  }

  async #handleProtocols(node: Libp2p): Promise<void> {
    const { baseStreams, extStreams } = this.#context.limits.libp2p
    await node.handle(BASE_PROTOCOL, (stream, connection) => this.#servers.base.onStream(stream, connection), {
      maxInboundStreams: baseStreams,
      maxOutboundStreams: baseStreams,
    })
    await node.handle(EXT_PROTOCOL, (stream, connection) => this.#servers.ext.onStream(stream, connection), {
      maxInboundStreams: extStreams,
      maxOutboundStreams: extStreams,
    })
  }

  /** Farewell, then everything of ours ends, then the sockets; a socket that will not close is left to the process. */
  async #stop(): Promise<void> {
    const node = this.#node
    if (node === undefined) return this.#stopping.abort()
    await sayFarewell(this.#context)
    this.#stopping.abort()
    this.#connections.endSessions()
    for (const connection of node.getConnections()) connection.abort(new Error('the node is stopping'))
    await withTimeout(this.#context.limits.stop.closeMs, undefined, async () => await node.stop()).catch(() => {})
  }
}
