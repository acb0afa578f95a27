import type { TLSSocket } from 'node:tls'
import { bytesEqual, ConfigError, systemRandom, systemTime } from '@montana/foundation'
import { FailoverError } from '../errors.js'
import { MAX_HOSTS, RENEWAL_CHECK_MS } from './constants.js'
import { dialPeer } from './dial.js'
import { HostLink } from './host-link.js'
import { ChannelListener } from './listener.js'
import type { NodeChannelModules, NodeChannelOptions, PeerAddress } from './options.js'
import { ChannelCredentials } from './tls/credentials.js'
import { checkRegistration, type PeerPolicy, type VerifiedPeer } from './tls/verify-peer.js'
import type { NodeChannel, RequestType } from './types.js'
import { Requester } from './wire/requester.js'
import { type RequestHandler, Responder } from './wire/responder.js'

/**
 * Listens, and keeps one connection to every other host. Throws ConfigError (78) when the registry does not know this
 * host, knows it with another key, or the runtime lacks what the channel needs.
 */
export async function createNodeChannel(
  options: NodeChannelOptions,
  modules: NodeChannelModules,
): Promise<NodeChannel> {
  checkSelf(options, modules)
  const channel = new TlsNodeChannel(options, modules)
  await channel.open()
  return channel
}

function checkSelf({ self, hosts }: NodeChannelOptions, { identity, registry }: NodeChannelModules): void {
  if (Object.keys(hosts).length > MAX_HOSTS) throw new ConfigError(`a group has at most ${MAX_HOSTS} hosts`)
  const keys = registry.keysOf(self)
  if (keys.length === 0) {
    const remedy = 'register this host, or check its name'
    throw new ConfigError(`host ${self} is not in the registry`, { code: 'SELF_UNKNOWN', field: 'node', remedy })
  }
  if (keys.some(({ publicKey }) => bytesEqual(publicKey, identity.publicKey))) return
  throw new ConfigError(`the registry lists ${self} with another key than this host has`, {
    code: 'SELF_KEY_FOREIGN',
    field: 'identityDir',
    remedy: 'install the identity of this host, or register its new key',
  })
}

const NO_HANDLER: RequestHandler = async () => {
  throw new FailoverError('CHANNEL_REFUSED', 'this host is not ready')
}

class TlsNodeChannel implements NodeChannel {
  readonly #credentials: ChannelCredentials
  readonly #policy: PeerPolicy
  readonly #links = new Map<string, HostLink>()
  readonly #responders = new Set<Responder>()
  #listener: ChannelListener | null = null
  #handler: RequestHandler = NO_HANDLER
  #renewal: NodeJS.Timeout | undefined
  #forgetRegistry = () => {}
  #isClosed = false

  constructor(
    readonly options: NodeChannelOptions,
    readonly modules: NodeChannelModules,
  ) {
    const { self, domain, hosts, keyExchange = 'require' } = options
    const { identity, registry, time = systemTime } = modules
    this.#credentials = new ChannelCredentials(identity, `${self}.${domain}`, keyExchange, time)
    const selfKey = identity.publicKey
    this.#policy = { self, selfKey, domain, hosts: new Set(Object.keys(hosts)), registry, keyExchange }
  }

  async open(): Promise<void> {
    const { listen, hosts, self, handshakeTimeoutMs, renewalCheckMs = RENEWAL_CHECK_MS } = this.options
    const { logger, registry } = this.modules
    const [credentials, policy] = [this.#credentials, this.#policy]
    const onPeer = (socket: TLSSocket, peer: VerifiedPeer) => this.#serve(socket, peer)
    this.#listener = await ChannelListener.open({ listen, credentials, policy, logger, handshakeTimeoutMs, onPeer })
    this.#forgetRegistry = registry.onChange(() => this.#recheck())
    this.#renewal = setInterval(() => this.#renewIfDue(), renewalCheckMs).unref()
    for (const [host, to] of Object.entries(hosts)) {
      if (host !== self) this.#links.set(host, this.#link(host, to))
    }
  }

  get port(): number {
    return this.#listener?.port ?? 0
  }

  async request(host: string, type: RequestType, body: unknown, signal: AbortSignal): Promise<unknown> {
    const link = this.#links.get(host)
    if (!link) throw new FailoverError('PEER_UNKNOWN', `${host} is not another host of this group`)
    return await link.request(type, body, signal)
  }

  onRequest(handler: RequestHandler): void {
    this.#handler = handler
  }

  describe(): ReturnType<NodeChannel['describe']> {
    const entries = [...this.#links].map(([host, { isConnected, rttMs, lastRefusal }]) => {
      return [host, { isConnected, rttMs, lastRefusal }] as const
    })
    return Object.fromEntries(entries)
  }

  async close(): Promise<void> {
    if (this.#isClosed) return
    this.#isClosed = true
    clearInterval(this.#renewal)
    this.#forgetRegistry()
    const closed = this.#listener?.close()
    await this.#closeAll(new FailoverError('CHANNEL_CLOSED', 'the channel is closed'))
    await closed
  }

  #link(host: string, to: PeerAddress): HostLink {
    const { localAddress, connectTimeoutMs, handshakeTimeoutMs, silenceMs } = this.options
    const { time = systemTime, random = systemRandom, logger } = this.modules
    const [credentials, policy] = [this.#credentials, this.#policy]
    const dialInit = { host, to, localAddress, credentials, policy, connectTimeoutMs, handshakeTimeoutMs }
    return new HostLink({
      host,
      dial: async (signal) => {
        const { socket, peer } = await dialPeer(dialInit, signal)
        return new Requester(peer, { socket, ...(silenceMs !== undefined && { silenceMs }) })
      },
      random,
      monotonicMs: () => time.monotonicMs(),
      logger,
    })
  }

  #serve(socket: TLSSocket, peer: VerifiedPeer): void {
    if (this.#isClosed) return void socket.destroy()
    const { self, silenceMs } = this.options
    const { identity, logger } = this.modules
    const responder = new Responder(
      peer,
      { socket, ...(silenceMs !== undefined && { silenceMs }) },
      { self: { host: self, address: identity.address }, handler: () => this.#handler, logger },
    )
    this.#responders.add(responder)
    responder.closed.then((reason) => this.#left(responder, reason))
  }

  #left(responder: Responder, { code, message }: FailoverError): void {
    this.#responders.delete(responder)
    const { host } = responder.peer
    if (code === 'CHANNEL_CLOSED') this.modules.logger.debug({ host, reason: message }, 'node channel: peer left')
    else this.modules.logger.warn({ host, code, reason: message }, 'node channel: peer sent away')
  }

  /** After a change of the registry: whoever would not be accepted now is not kept either. */
  #recheck(): void {
    for (const connection of this.#connections()) {
      try {
        checkRegistration(connection.peer, this.#policy)
      } catch (error) {
        if (error instanceof FailoverError) connection.close(error)
      }
    }
  }

  #renewIfDue(): void {
    if (!this.#credentials.isRenewalDue()) return
    this.#credentials.renew()
    this.#listener?.renew()
    this.modules.logger.info({}, 'node channel: certificate renewed')
  }

  #connections(): readonly (Requester | Responder)[] {
    return [...[...this.#links.values()].flatMap(({ connections }) => connections), ...this.#responders]
  }

  async #closeAll(reason: FailoverError): Promise<void> {
    const open = this.#connections()
    for (const link of this.#links.values()) link.close(reason)
    for (const responder of this.#responders) responder.close(reason)
    await Promise.all(open.map(({ gone }) => gone))
  }
}
