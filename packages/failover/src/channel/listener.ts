import { createServer, type Server, type Socket } from 'node:net'
import { createServer as createTlsServer, type TLSSocket, type Server as TlsServer } from 'node:tls'
import { errorCode, errorMessage, type Logger } from '@montana/foundation'
import { ALPN_PROTOCOL, HANDSHAKE_TIMEOUT_MS } from './constants.js'
import type { PeerAddress } from './options.js'
import { HandshakeAdmission } from './tls/admission.js'
import type { ChannelCredentials } from './tls/credentials.js'
import { handshakeFailure } from './tls/failure.js'
import { factsOf, type PeerPolicy, type VerifiedPeer, verifyPeer } from './tls/verify-peer.js'

export interface ListenerInit {
  readonly listen: PeerAddress
  readonly credentials: ChannelCredentials
  readonly policy: PeerPolicy
  readonly logger: Logger
  readonly handshakeTimeoutMs?: number | undefined
  readonly onPeer: (socket: TLSSocket, peer: VerifiedPeer) => void
}

/**
 * Accepts connections, counts before the first byte who may begin a handshake, and hands on only verified peers. A
 * refused one is told nothing.
 */
export class ChannelListener {
  readonly #admission = new HandshakeAdmission()
  readonly #unfinished = new Map<string, Socket>()
  readonly #tcp: Server
  readonly #tls: TlsServer

  private constructor(readonly init: ListenerInit) {
    const { credentials, handshakeTimeoutMs = HANDSHAKE_TIMEOUT_MS } = init
    this.#tls = createTlsServer({
      ...credentials.contextOptions(),
      ALPNProtocols: [ALPN_PROTOCOL],
      requestCert: true,
      rejectUnauthorized: false,
      handshakeTimeout: handshakeTimeoutMs,
    })
    this.#tls.on('secureConnection', (socket) => this.#verify(socket))
    this.#tls.on('tlsClientError', (error, socket) => this.#refused(handshakeFailure(error), socket))
    this.#tcp = createServer({ noDelay: true }, (socket) => this.#admit(socket))
  }

  /** Throws the system's error when the address cannot be listened on. */
  static async open(init: ListenerInit): Promise<ChannelListener> {
    const listener = new ChannelListener(init)
    const { address: host, port } = init.listen
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    listener.#tcp.once('error', reject).listen({ host, port }, resolve)
    await promise
    listener.#tcp.off('error', reject)
    listener.#tcp.on('error', (error) =>
      init.logger.error({ error: errorMessage(error) }, 'node channel: accept failed'),
    )
    return listener
  }

  get port(): number {
    const address = this.#tcp.address()
    return typeof address === 'object' && address ? address.port : 0
  }

  /** New handshakes get the present certificate; open connections stay. */
  renew(): void {
    this.#tls.setSecureContext(this.init.credentials.contextOptions())
  }

  /** Stops accepting and ends unfinished handshakes; resolves when those that were handed on are closed, too. */
  async close(): Promise<void> {
    const closed = new Promise((resolve) => this.#tcp.close(resolve))
    this.#tls.close()
    for (const socket of this.#unfinished.values()) socket.destroy()
    await closed
  }

  #admit(socket: Socket): void {
    socket.on('error', () => {})
    const [source, name] = [socket.remoteAddress ?? '', nameOf(socket)]
    if (!this.#admission.admit(source, name, this.init.credentials.time.monotonicMs())) {
      this.init.logger.debug({ source }, 'node channel: too many handshakes')
      socket.destroy()
      return
    }
    this.#unfinished.set(name, socket)
    socket.once('close', () => this.#finish(name))
    this.#tls.emit('connection', socket)
  }

  #finish(name: string): void {
    this.#unfinished.delete(name)
    this.#admission.finish(name)
  }

  #verify(socket: TLSSocket): void {
    this.#finish(nameOf(socket))
    socket.on('error', () => {})
    const { policy, credentials, onPeer } = this.init
    try {
      const peer = verifyPeer(factsOf(socket), policy, credentials.time.wallMs())
      onPeer(socket, peer)
    } catch (error) {
      this.#refused(error, socket)
    }
  }

  #refused(error: unknown, socket: TLSSocket): void {
    const source = socket.remoteAddress
    this.init.logger.warn({ source, code: errorCode(error), reason: errorMessage(error) }, 'node channel: peer refused')
    socket.destroy()
  }
}

function nameOf({ remoteAddress, remotePort }: Socket): string {
  return `${remoteAddress} ${remotePort}`
}
