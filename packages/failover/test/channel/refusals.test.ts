import { describe, expect, it } from 'vitest'
import { FailoverError } from '../../src/index.js'
import {
  addressOf,
  type CertificateInit,
  code,
  credentialsOf,
  DAY_MS,
  DOMAIN,
  ecKey,
  ed25519Key,
  heartbeatOf,
  identityOf,
  openChannel,
  rawClient,
  rawServer,
  recordingLogger,
  registered,
  registryOfHosts,
  SCHEMES,
  strangers,
  withinMs,
} from './support.js'

/** Host 0 is ours, host 1 (moscow) is who connects or is dialled, host 2 is another one of the group. */
const [OURS, MOSCOW, ALMATY] = [identityOf(1), identityOf(2), identityOf(3)]
const MINUTE_MS = 60_000

interface Case {
  readonly code: string
  readonly what: string
  readonly credentials?: () => object
  readonly tls?: object
  readonly registry?: () => ReturnType<typeof registryOfHosts>
}

const moscow = (init: CertificateInit = {}) => credentialsOf(MOSCOW, 'moscow', init)
const address = MOSCOW.address

/** What either side may show; each case is run with the wrong one as client and as server. */
const CASES: readonly Case[] = [
  {
    code: 'PEER_KEY_FOREIGN',
    what: 'right name, another key',
    credentials: () => credentialsOf(identityOf(77), 'moscow'),
  },
  {
    code: 'PEER_ADDRESS',
    what: 'right name and UID, another key',
    credentials: () => credentialsOf(identityOf(77), 'moscow', { userId: address }),
  },
  {
    code: 'PEER_CERT_EXPIRED',
    what: 'expired',
    credentials: () => moscow({ notBeforeMs: Date.now() - 90 * DAY_MS, notAfterMs: Date.now() - 6 * MINUTE_MS }),
  },
  {
    code: 'PEER_CERT_EARLY',
    what: 'not yet valid',
    credentials: () => moscow({ notBeforeMs: Date.now() + 6 * MINUTE_MS }),
  },
  {
    code: 'PEER_NAME',
    what: 'name of another domain',
    credentials: () => moscow({ commonName: 'moscow.example.org' }),
  },
  { code: 'PEER_NAME', what: 'name that is none of a host', credentials: () => moscow({ commonName: `*.${DOMAIN}` }) },
  {
    code: 'PEER_NAME',
    what: 'name with another attribute in it',
    credentials: () => moscow({ commonName: `moscow.${DOMAIN}\nUID=${address}` }),
  },
  { code: 'PEER_SELF', what: 'our own key and name', credentials: () => credentialsOf(OURS, 'amsterdam') },
  { code: 'PEER_SELF', what: 'our own key, another name', credentials: () => credentialsOf(OURS, 'moscow') },
  { code: 'PEER_KEY_TYPE', what: 'P-256', credentials: () => moscow({ key: ecKey(), scheme: SCHEMES.ecdsa }) },
  { code: 'PEER_KEY_TYPE', what: 'Ed25519', credentials: () => moscow({ key: ed25519Key(), scheme: SCHEMES.ed25519 }) },
  { code: 'PEER_UNKNOWN', what: 'not in the registry', registry: () => registryOfHosts(1) },
  {
    code: 'PEER_REVOKED',
    what: 'revoked',
    registry: () => registryOfHosts(2).set('moscow', registered(MOSCOW, { isRevoked: true })),
  },
  {
    code: 'PEER_KEY_TYPE',
    what: 'registered with an Ed25519 key',
    registry: () =>
      registryOfHosts(2).set('moscow', { keyType: 'ed25519', publicKey: new Uint8Array(32), isRevoked: false }),
  },
  { code: 'KEX_CLASSICAL', what: 'classical group only', tls: { ecdhCurve: 'X25519' } },
  { code: 'ALPN', what: 'no ALPN', tls: { ALPNProtocols: undefined } },
  { code: 'ALPN', what: 'another ALPN', tls: { ALPNProtocols: ['h2'] } },
]

describe('a client is refused and told nothing', () => {
  const clientCases: readonly Case[] = [
    ...CASES,
    { code: 'PEER_NO_CERT', what: 'no certificate', credentials: () => ({}) },
    {
      code: 'PEER_KEY_FOREIGN',
      what: 'right key, the name of another host',
      credentials: () => credentialsOf(MOSCOW, 'almaty'),
    },
  ]

  it.each(clientCases)('$code: $what', async ({ code: expected, credentials = moscow, tls, registry }) => {
    const logger = recordingLogger()
    const hosts = strangers(1, 2)
    const channel = await openChannel({ registry: registry?.() ?? registryOfHosts(3), logger, hosts })
    let served = 0
    channel.onRequest(async () => served++)
    const peer = await rawClient(channel, 0, { ...credentials(), ...tls })
    peer.socket.write(Buffer.from([0, 0, 0, 2, 0x7b, 0x7d]))
    await peer.closed
    const refusals = logger.lines.filter(({ message }) => message === 'node channel: peer refused')
    expect(refusals.map(({ fields }) => fields.code)).toEqual([expected])
    expect(peer.frames).toEqual([])
    expect(served).toBe(0)
  })

  it('a host of the registry that is not of the group is a stranger', async () => {
    const logger = recordingLogger()
    const channel = await openChannel({ registry: registryOfHosts(3), logger, hosts: strangers(2) })
    await (await rawClient(channel, 0, moscow())).closed
    expect(logger.codes()).toContain('PEER_UNKNOWN')
  })

  it('TLS 1.2 gets no handshake', async () => {
    const logger = recordingLogger()
    const channel = await openChannel({ logger, hosts: strangers(1) })
    const tls = { minVersion: 'TLSv1.2', maxVersion: 'TLSv1.2', ecdhCurve: 'auto' } as const
    const peer = await rawClient(channel, 0, { ...moscow(), ...tls })
    await peer.closed
    expect(peer.socket.getProtocol()).toBeNull()
  })
})

describe('a server is refused before a frame is sent', () => {
  const serverCases: readonly Case[] = [
    ...CASES,
    {
      code: 'PEER_NAME',
      what: 'another host of the group in its place',
      credentials: () => credentialsOf(ALMATY, 'almaty'),
    },
    {
      code: 'PEER_NAME',
      what: 'right key, the name of another host',
      credentials: () => credentialsOf(MOSCOW, 'almaty'),
    },
  ]

  it.each(serverCases)('$code: $what', async ({ code: expected, credentials = moscow, tls, registry }) => {
    const received: Buffer[] = []
    const server = await rawServer(1, { ...credentials(), ...tls }, (socket) => {
      socket.on('data', (chunk: Buffer) => received.push(chunk))
    })
    const channel = await openChannel({
      registry: registry?.() ?? registryOfHosts(3),
      hosts: { ...strangers(2), ...server.hosts },
    })
    const request = channel.request('moscow', 'heartbeat', heartbeatOf('amsterdam'), withinMs(5000))
    await expect(request).rejects.toThrow(code(expected))
    await expect(request).rejects.toBeInstanceOf(FailoverError)
    expect(channel.describe().moscow).toMatchObject({ isConnected: false, lastRefusal: expected })
    expect(Buffer.concat(received)).toHaveLength(0)
  })
})

it('five minutes of skew are admitted on both ends of a certificate', async () => {
  const channel = await openChannel({ hosts: strangers(1) })
  for (const init of [{ notBeforeMs: Date.now() + 4 * MINUTE_MS }, { notAfterMs: Date.now() - 4 * MINUTE_MS }]) {
    const notBeforeMs = Date.now() - DAY_MS
    const peer = await rawClient(channel, 0, moscow({ notBeforeMs, ...init }))
    peer.socket.write(Buffer.from([0, 0, 0, 0]))
    await peer.closed
    expect(peer.frames).toEqual([{ type: 'bye', id: 0, body: { code: 'FRAME_INVALID' } }])
  }
})

it('a certificate that another key signed is refused', async () => {
  const logger = recordingLogger()
  const channel = await openChannel({ logger, hosts: strangers(1) })
  const { key } = moscow()
  const foreign = credentialsOf(MOSCOW, 'moscow').cert.split('\n')
  // The last lines hold the end of the signature only.
  const at = foreign.length - 4
  foreign[at] = (foreign[at] ?? '').replaceAll(/[A-Z]/g, 'Q')
  await (await rawClient(channel, 0, { key, cert: foreign.join('\n') })).closed
  expect(logger.codes()).toContain('PEER_SIGNATURE')
})

it('a session is not resumed: no ticket leads back in without the certificate', async () => {
  const channel = await openChannel({ hosts: strangers(1) })
  const first = await rawClient(channel, 0, moscow())
  const sessions: Buffer[] = []
  first.socket.on('session', (session: Buffer) => sessions.push(session))
  await expect.poll(() => sessions.length).toBeGreaterThan(0)
  const [session] = sessions
  if (!session) throw new Error('no session')
  const second = await rawClient(channel, 0, { ...moscow(), session })
  expect(second.socket.isSessionReused()).toBe(false)
  second.socket.write(Buffer.from([0, 0, 0, 0]))
  await second.closed
  expect(second.frames).toHaveLength(1)
  expect(addressOf(0)).toBe(channel.port > 0 ? '127.0.9.1' : '')
})
