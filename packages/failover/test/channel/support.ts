import { createPrivateKey, generateKeyPairSync, type KeyObject } from 'node:crypto'
import { type ConnectionOptions, connect, createServer, type Server, type TLSSocket, type TlsOptions } from 'node:tls'
import { type Logger, seededRandom, silentLogger, systemTime, type TimeSource } from '@montana/foundation'
import { expect, onTestFinished } from 'vitest'
import { certificatePem, encodeCertificate, type SignatureScheme } from '../../src/channel/tls/certificate.js'
import { objectIdentifier, sequence } from '../../src/channel/tls/der.js'
import {
  createNodeChannel,
  type Heartbeat,
  type NodeChannel,
  type NodeChannelOptions,
  type NodeIdentity,
  nodeIdentityOf,
  type PeerRegistry,
  type RegisteredKey,
} from '../../src/index.js'

export const DOMAIN = 'montana.test'
export const DAY_MS = 86_400_000
export const HOSTS = ['amsterdam', 'moscow', 'almaty', 'spb', 'novosibirsk'] as const

export const identityOf = (byte: number): NodeIdentity => nodeIdentityOf(new Uint8Array(32).fill(byte))
export const code = (expected: string) => expect.objectContaining({ code: expected })

/** A registry that tests change at will. */
export class TestRegistry implements PeerRegistry {
  readonly #keys = new Map<string, readonly RegisteredKey[]>()
  readonly #listeners = new Set<() => void>()

  keysOf(host: string): readonly RegisteredKey[] {
    return this.#keys.get(host) ?? []
  }

  onChange(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => void this.#listeners.delete(listener)
  }

  set(host: string, ...keys: readonly RegisteredKey[]): this {
    this.#keys.set(host, keys)
    for (const listener of [...this.#listeners]) listener()
    return this
  }

  get listeners(): number {
    return this.#listeners.size
  }
}

export function registered(identity: NodeIdentity, over: Partial<RegisteredKey> = {}): RegisteredKey {
  return { keyType: 'ml-dsa-65', publicKey: identity.publicKey, isRevoked: false, ...over }
}

/** Host `n` of {@link HOSTS} has the identity whose seed is n + 1. */
export function registryOfHosts(count: number): TestRegistry {
  const registry = new TestRegistry()
  for (const [index, host] of HOSTS.slice(0, count).entries()) registry.set(host, registered(identityOf(index + 1)))
  return registry
}

export interface LogLine {
  readonly level: 'debug' | 'info' | 'warn' | 'error'
  readonly fields: Readonly<Record<string, unknown>>
  readonly message: string
}

export function recordingLogger(): Logger & { readonly lines: LogLine[]; codes(): unknown[] } {
  const lines: LogLine[] = []
  const at = (level: LogLine['level']) => (fields: Readonly<Record<string, unknown>>, message: string) => {
    lines.push({ level, fields, message })
  }
  const logger = { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') }
  const isAboutPeer = ({ message }: LogLine) => /peer refused|peer sent away/.test(message)
  return { ...logger, lines, codes: () => lines.filter(isAboutPeer).map(({ fields }) => fields.code) }
}

export interface ChannelInit {
  readonly index?: number
  readonly registry?: PeerRegistry
  readonly identity?: NodeIdentity
  readonly hosts?: NodeChannelOptions['hosts']
  readonly logger?: Logger
  readonly time?: TimeSource
  readonly options?: Partial<NodeChannelOptions>
}

/** Host `index` on a loopback address of its own, 127.0.9.(index + 1); closed when the test ends. */
export async function openChannel(init: ChannelInit = {}): Promise<NodeChannel> {
  const { index = 0, registry = registryOfHosts(5), hosts = {}, logger = silentLogger, time = systemTime } = init
  const self = HOSTS[index] ?? 'nobody'
  const channel = await createNodeChannel(
    {
      self,
      domain: DOMAIN,
      listen: { address: addressOf(index), port: 0 },
      localAddress: addressOf(index),
      hosts: { [self]: { address: addressOf(index), port: 1 }, ...hosts },
      ...init.options,
    },
    { identity: init.identity ?? identityOf(index + 1), registry, logger, time, random: seededRandom(index) },
  )
  onTestFinished(() => channel.close())
  return channel
}

export const addressOf = (index: number) => `127.0.9.${index + 1}`
export const strangers = (...indices: readonly number[]) =>
  Object.fromEntries(indices.map((index) => [HOSTS[index] ?? '', { address: addressOf(index), port: 1 }]))

export interface CertificateInit {
  readonly key?: KeyObject
  readonly commonName?: string
  readonly userId?: string
  readonly notBeforeMs?: number
  readonly notAfterMs?: number
  readonly scheme?: SignatureScheme
}

export interface KeyAndCertificate {
  readonly key: string
  readonly cert: string
}

/** A certificate with one thing wrong, or nothing. */
export function credentialsOf(identity: NodeIdentity, host: string, init: CertificateInit = {}): KeyAndCertificate {
  const key = init.key ?? identity.privateKey
  const der = encodeCertificate(
    {
      commonName: init.commonName ?? `${host}.${DOMAIN}`,
      userId: init.userId ?? identity.address,
      notBeforeMs: init.notBeforeMs ?? Date.now(),
      notAfterMs: init.notAfterMs ?? Date.now() + 90 * DAY_MS,
    },
    key,
    init.scheme,
  )
  return { key: key.export({ format: 'pem', type: 'pkcs8' }).toString(), cert: certificatePem(der) }
}

export const SCHEMES = {
  ed25519: { identifier: sequence(objectIdentifier('1.3.101.112')), hash: null },
  ecdsa: { identifier: sequence(objectIdentifier('1.2.840.10045.4.3.2')), hash: 'sha256' },
} as const

export const ecKey = () => generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey
export const ed25519Key = () => generateKeyPairSync('ed25519').privateKey
export const keyFromPem = (pem: string) => createPrivateKey(pem)

export const TLS = {
  minVersion: 'TLSv1.3',
  maxVersion: 'TLSv1.3',
  ecdhCurve: 'X25519MLKEM768',
  ALPNProtocols: ['montana-node/1'],
  rejectUnauthorized: false,
} as const satisfies TlsOptions

export interface RawPeer {
  readonly socket: TLSSocket
  /** Everything that came, as frames. */
  readonly frames: unknown[]
  readonly closed: Promise<void>
}

/** A bare TLS client, for what our own would never do. Resolves when the handshake ended, well or not. */
export async function rawClient(
  channel: NodeChannel,
  index: number,
  options: ConnectionOptions & { readonly localAddress?: string },
): Promise<RawPeer> {
  const peer = await rawConnection(channel, index, options)
  onTestFinished(() => void peer.socket.destroy())
  return peer
}

/** The same, to be ended by whoever asked for it. */
export async function rawConnection(
  channel: NodeChannel,
  index: number,
  options: ConnectionOptions & { readonly localAddress?: string },
): Promise<RawPeer> {
  const socket = connect({ host: addressOf(index), port: channel.port, ...TLS, ...options })
  const peer = { socket, frames: collectFrames(socket), closed: closedOf(socket) }
  await new Promise<void>((resolve) => socket.once('secureConnect', () => resolve()).once('close', () => resolve()))
  return peer
}

/** A bare TLS server in the place of host `index`. */
export async function rawServer(index: number, options: TlsOptions, onSocket?: (socket: TLSSocket) => void) {
  const server: Server = createServer({ requestCert: true, ...TLS, ...options })
  server.on('tlsClientError', () => {})
  const sockets = new Set<TLSSocket>()
  server.on('secureConnection', (socket) => {
    sockets.add(socket.on('error', () => {}))
    onSocket?.(socket)
  })
  await new Promise<void>((resolve) => server.listen(0, addressOf(index), resolve))
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  const address = server.address()
  const port = typeof address === 'object' && address ? address.port : 0
  return { port, server, sockets, hosts: { [HOSTS[index] ?? '']: { address: addressOf(index), port } } }
}

function closedOf(socket: TLSSocket): Promise<void> {
  socket.on('error', () => {})
  return new Promise((resolve) => socket.once('close', () => resolve()))
}

function collectFrames(socket: TLSSocket): unknown[] {
  const frames: unknown[] = []
  let rest = Buffer.alloc(0)
  socket.on('data', (chunk: Buffer) => {
    rest = Buffer.concat([rest, chunk])
    while (rest.length >= 4 && rest.length >= 4 + rest.readUInt32BE()) {
      const end = 4 + rest.readUInt32BE()
      frames.push(JSON.parse(rest.subarray(4, end).toString()))
      rest = rest.subarray(end)
    }
  })
  return frames
}

export function frameOf(value: unknown): Buffer {
  const body = Buffer.from(typeof value === 'string' ? value : JSON.stringify(value))
  const header = Buffer.alloc(4)
  header.writeUInt32BE(body.length)
  return Buffer.concat([header, body])
}

export function heartbeatOf(host: string, sequence = 1, over: Partial<Heartbeat> = {}): Heartbeat {
  return {
    group: 'montana-5',
    host,
    bootId: 'boot-1',
    sequence,
    configDigest: 'ab'.repeat(32),
    policies: {
      serve: {
        state: 'acting',
        epoch: 524798n,
        mode: 'CHAIN',
        isEligible: true,
        reason: null,
        lagMs: 0,
        candidacy: 1,
        grantedTo: null,
      },
    },
    seen: { moscow: 12.5 },
    highest: { serve: 525307n },
    noted: { serve: 3 },
    breath: { head: '0123456789abcdef0123456789abcdef01234567', lagMs: 0 },
    pause: { reason: 'work', by: 'root', remainingMs: 1000 },
    ...over,
  }
}

export const withinMs = (ms: number) => AbortSignal.timeout(ms)
