import { createHash, sign, verify } from 'node:crypto'
import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises'
import { createServer, type Socket, connect as tcpConnect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connect, createServer as createTlsServer, type TLSSocket } from 'node:tls'
import {
  createSignatureVerifier,
  importMldsaPublicKey,
  importMldsaSeed,
  MLDSA_PUBLIC_KEY_BYTES,
  MLDSA_SIGNATURE_BYTES,
  type PqBackend,
  selectPqBackend,
} from '@montana/crypto'
import {
  addressOfPublicKey,
  createRegistry,
  documentText,
  HOST_ADDRESS,
  type HostDocument,
  importLegacyHosts,
  putHost,
  type RegistryDocument,
  type RegistryWatch,
  signDocument,
  watchRegistry,
} from '@montana/fleet'
import { silentLogger } from '@montana/foundation'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { ChannelCredentials } from '../../src/channel/tls/credentials.js'
import { type NodeIdentity, nodeIdentityOf, peerRegistryOf } from '../../src/index.js'
import {
  addressOf,
  code,
  credentialsOf,
  DAY_MS,
  frameOf,
  HOSTS,
  heartbeatOf,
  identityOf,
  openChannel,
  rawClient,
  rawServer,
  recordingLogger,
  registryOfHosts,
  strangers,
  TLS,
  withinMs,
} from './support.js'

/** The acceptance cases of spec three-mirror 15 that are kept for identities and the channel. */

let backend: PqBackend
let folder: string
const OPERATOR_SEED = new Uint8Array(32).fill(200)
const base64 = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64')

beforeAll(async () => {
  backend = await selectPqBackend()
  folder = await mkdtemp(join(tmpdir(), 'montana-kept-'))
})
afterAll(async () => {
  await backend.close()
  await rm(folder, { recursive: true, force: true })
})

function hostOf(index: number, identity = identityOf(index + 1), over: Partial<HostDocument> = {}): HostDocument {
  const name = HOSTS[index] ?? `host${index}`
  return {
    name,
    label: name.toUpperCase(),
    address: `192.0.2.${(index + 1) * 10}`,
    key_type: 'ml-dsa-65',
    public_key: base64(identity.publicKey),
    domain_of_failure: {},
    is_new: false,
    revoked: false,
    previous: null,
    ...over,
  }
}

const registryOf = (hosts: readonly HostDocument[]) =>
  createRegistry({ network: 'montana.test', issuedAtMs: Date.now() - 1000, validMs: DAY_MS, hosts })

/** A scratch registry that is really signed, written, read and watched. */
async function scratchRegistry(document: RegistryDocument) {
  const own = await mkdtemp(join(folder, 'registry-'))
  const [path, operatorsPath] = [join(own, 'registry.json'), join(own, 'operators.json')]
  const operator = await backend.importSigner(OPERATOR_SEED)
  const operators = [{ id: 'op', label: 'Operator', public_key: base64(operator.publicKey) }]
  await writeFile(operatorsPath, JSON.stringify({ network: 'montana.test', version: 1, threshold: 1, operators }))
  const publish = async (next: RegistryDocument) => {
    await writeFile(`${path}.new`, documentText(await signDocument(next, 'op', operator)))
    await rename(`${path}.new`, path)
  }
  await publish(document)
  const watch: RegistryWatch = await watchRegistry(
    { path, operatorsPath, stateDir: join(own, 'state') },
    { verify: createSignatureVerifier(backend), logger: silentLogger },
  )
  onTestFinished(() => watch.close())
  return { watch, publish }
}

describe('identities and their registry', () => {
  it('NC1 a key is generated: 1952 bytes, an address of its own, the same for the same seed', () => {
    const [a, b] = [identityOf(1), identityOf(2)]
    expect(a.publicKey).toHaveLength(MLDSA_PUBLIC_KEY_BYTES)
    expect(a.privateKey.asymmetricKeyType).toBe('ml-dsa-65')
    expect(a.address).toMatch(HOST_ADDRESS)
    expect(a.address).toBe(`mt${createHash('sha256').update(a.publicKey).digest('hex').slice(0, 40)}`)
    expect(b.address).not.toBe(a.address)
    expect(identityOf(1).publicKey).toEqual(a.publicKey)
  })

  it('NC2 what it signs is verified', () => {
    const { privateKey, publicKey } = identityOf(1)
    const signature = sign(null, Buffer.from('message'), privateKey)
    expect(signature).toHaveLength(MLDSA_SIGNATURE_BYTES)
    expect(verify(null, Buffer.from('message'), importMldsaPublicKey(publicKey), signature)).toBe(true)
  })

  it('NC3 a changed message, a changed signature and another key are rejected', () => {
    const { privateKey, publicKey } = identityOf(1)
    const signature = sign(null, Buffer.from('message'), privateKey)
    const key = importMldsaPublicKey(publicKey)
    expect(verify(null, Buffer.from('massage'), key, signature)).toBe(false)
    const broken = Buffer.from(signature)
    broken[100] = (broken[100] ?? 0) ^ 1
    expect(verify(null, Buffer.from('message'), key, broken)).toBe(false)
    expect(verify(null, Buffer.from('message'), importMldsaPublicKey(identityOf(2).publicKey), signature)).toBe(false)
  })

  it('NC4 a host is registered', async () => {
    const { watch, publish } = await scratchRegistry(registryOf([hostOf(0)]))
    expect(watch.current().byName('moscow')).toBeUndefined()
    const next = { ...registryOf(putHost([hostOf(0)], hostOf(1))), version: 2 }
    await publish(next)
    await expect.poll(() => watch.current().byName('moscow')?.keyAddress).toBe(identityOf(2).address)
  })

  it('NC5 five hosts of the older registry are imported, a second time without effect', async () => {
    const legacy = HOSTS.map((name, index) => {
      const key = new Uint8Array(32).fill(index + 1)
      const entry = { public_key: Buffer.from(key).toString('hex'), node_name: name, alias: name.toUpperCase() }
      return [
        addressOfPublicKey(key),
        { ...entry, location: 'NL', ip: `192.0.2.${index + 1}`, official: true },
      ] as const
    })
    const imported = importLegacyHosts(Buffer.from(JSON.stringify(Object.fromEntries(legacy))))
    const once = imported.reduce(putHost, [] as HostDocument[])
    const twice = imported.reduce(putHost, once)
    expect(once.map(({ name }) => name)).toEqual(HOSTS)
    expect(twice).toEqual(once)
    const { watch } = await scratchRegistry(registryOf(twice))
    expect(watch.current().hosts.map(({ keyType }) => keyType)).toEqual(HOSTS.map(() => 'ed25519'))
    expect(watch.current().hosts.map(({ keyAddress }) => keyAddress)).toEqual(legacy.map(([address]) => address))
  })

  it('NC6 a host is found by its address', async () => {
    const { watch } = await scratchRegistry(registryOf([hostOf(0), hostOf(1)]))
    expect(watch.current().byKeyAddress(identityOf(2).address)?.name).toBe('moscow')
    expect(watch.current().byKeyAddress(identityOf(3).address)).toBeUndefined()
  })

  it('NC7 a host is found by its alias and by its IP address', async () => {
    const { watch } = await scratchRegistry(registryOf([hostOf(0), hostOf(1)]))
    expect(watch.current().byLabel('MOSCOW')?.name).toBe('moscow')
    expect(watch.current().byIp('192.0.2.20')?.name).toBe('moscow')
    expect(watch.current().byIp('192.0.2.99')).toBeUndefined()
  })

  it('NC8 a name belongs to whoever has its key, and to nobody else', async () => {
    const { watch } = await scratchRegistry(registryOf([hostOf(0), hostOf(1)]))
    const logger = recordingLogger()
    const channel = await openChannel({ registry: peerRegistryOf(watch), hosts: strangers(1), logger })
    const stranger = await rawClient(channel, 0, credentialsOf(identityOf(9), 'moscow'))
    await stranger.closed
    expect(logger.codes()).toEqual(['PEER_KEY_FOREIGN'])
    const owner = await rawClient(channel, 0, credentialsOf(identityOf(2), 'moscow'))
    owner.socket.write(frameOf({ type: 'later', id: 1, body: {} }))
    await expect.poll(() => owner.frames.length).toBe(1)
  })
})

const [AMSTERDAM, MOSCOW] = [identityOf(1), identityOf(2)]

/** Our own TLS settings on both ends, without the channel, so that the test can look into them. */
async function handshake(client: NodeIdentity, server: NodeIdentity) {
  const settings = (identity: NodeIdentity, host: string) =>
    new ChannelCredentials(identity, `${host}.montana.test`, 'require', {
      wallMs: () => Date.now(),
      monotonicMs: () => performance.now(),
    }).contextOptions()
  const options = { rejectUnauthorized: false, ALPNProtocols: TLS.ALPNProtocols }
  const listener = createTlsServer({ ...settings(server, 'moscow'), ...options, requestCert: true })
  const accepted = new Promise<TLSSocket>((resolve) => listener.once('secureConnection', resolve))
  await new Promise<void>((resolve) => listener.listen(0, addressOf(1), resolve))
  const address = listener.address()
  const port = typeof address === 'object' && address ? address.port : 0
  const tap = await recordingProxy(port)
  const near = connect({ host: addressOf(2), port: tap.port, ...settings(client, 'amsterdam'), ...options })
  near.on('error', () => {})
  onTestFinished(() => {
    near.destroy()
    listener.close()
  })
  await new Promise<void>((resolve) => near.once('secureConnect', () => resolve()))
  const far = await accepted
  far.on('error', () => {})
  onTestFinished(() => void far.destroy())
  return { near, far, tap }
}

/** A man in the middle who only looks, until he is told to send something again. */
async function recordingProxy(to: number) {
  const sent: Buffer[] = []
  let inner: Socket | undefined
  const proxy = createServer((outer) => {
    inner = tcpConnect({ host: addressOf(1), port: to })
    outer.on('error', () => {}).on('close', () => inner?.destroy())
    inner.on('error', () => {}).on('close', () => outer.destroy())
    outer.on('data', (chunk: Buffer) => void sent.push(chunk)).pipe(inner)
    inner.pipe(outer)
  })
  await new Promise<void>((resolve) => proxy.listen(0, addressOf(2), resolve))
  onTestFinished(() => void proxy.close())
  const address = proxy.address()
  return {
    port: typeof address === 'object' && address ? address.port : 0,
    sent,
    replay: (bytes: Buffer) => inner?.write(bytes),
  }
}

describe('the handshake', () => {
  it('KE1 is made in both directions, with both identities proven', async () => {
    const registry = registryOfHosts(2)
    const moscow = await openChannel({
      index: 1,
      registry,
      hosts: { amsterdam: { address: addressOf(0), port: 19_441 } },
    })
    const options = { listen: { address: addressOf(0), port: 19_441 } }
    const hosts = { moscow: { address: addressOf(1), port: moscow.port } }
    const amsterdam = await openChannel({ registry, hosts, options })
    moscow.onRequest(async () => heartbeatOf('moscow'))
    amsterdam.onRequest(async () => heartbeatOf('amsterdam'))
    const there = amsterdam.request('moscow', 'heartbeat', heartbeatOf('amsterdam'), withinMs(3000))
    await expect(there).resolves.toMatchObject({ host: 'moscow' })
    await expect
      .poll(() =>
        moscow.request('amsterdam', 'heartbeat', heartbeatOf('moscow'), withinMs(3000)).then(
          () => true,
          () => false,
        ),
      )
      .toBe(true)
  })

  it('KE2 gives both sides the same secret, by the hybrid group, and another one each time', async () => {
    const secretOf = (socket: TLSSocket) =>
      socket.exportKeyingMaterial(32, 'EXPORTER-montana-test', Buffer.alloc(0)).toString('hex')
    const first = await handshake(AMSTERDAM, MOSCOW)
    expect(secretOf(first.near)).toBe(secretOf(first.far))
    expect(first.near.getEphemeralKeyInfo()).toMatchObject({ name: 'X25519MLKEM768' })
    const second = await handshake(AMSTERDAM, MOSCOW)
    expect(secretOf(second.near)).not.toBe(secretOf(first.near))
    expect(second.near.isSessionReused()).toBe(false)
  })

  it('KE3 what one side encrypts, the other decrypts, and nobody between them reads', async () => {
    const { near, far, tap } = await handshake(AMSTERDAM, MOSCOW)
    const received = new Promise<string>((resolve) => far.once('data', (chunk: Buffer) => resolve(chunk.toString())))
    near.write('a frame of the node channel')
    expect(await received).toBe('a frame of the node channel')
    const seen = Buffer.concat(tap.sent)
    expect(seen.length).toBeGreaterThan(5000)
    expect(seen.includes('a frame of')).toBe(false)
    expect(seen.includes('amsterdam.montana')).toBe(false)
  })

  it('KE4 a record that is sent a second time is not decrypted and ends the connection', async () => {
    const { near, far, tap } = await handshake(AMSTERDAM, MOSCOW)
    const received: string[] = []
    far.on('data', (chunk: Buffer) => received.push(chunk.toString()))
    const before = tap.sent.length
    near.write('once')
    await expect.poll(() => received).toEqual(['once'])
    const ended = new Promise<{ readonly code: string; readonly imported: unknown }>((resolve) => {
      far.once('error', (error: NodeJS.ErrnoException) => {
        // OpenSSL still holds the error of that connection; a key that is imported now must not take it for its own.
        const imported = importMldsaSeed(new Uint8Array(32)).asymmetricKeyType
        resolve({ code: error.code ?? '', imported })
      })
    })
    tap.replay(Buffer.concat(tap.sent.slice(before)))
    expect(await ended).toEqual({
      code: expect.stringMatching(/DECRYPTION_FAILED|BAD_RECORD_MAC/),
      imported: 'ml-dsa-65',
    })
    expect(received).toEqual(['once'])
  })

  it('KE1 a man in the middle with a key of his own is refused by both sides', async () => {
    const registry = registryOfHosts(2)
    const logger = recordingLogger()
    const moscow = await openChannel({ index: 1, registry, hosts: strangers(0), logger })
    const mallory = nodeIdentityOf(new Uint8Array(32).fill(66))
    const middle = await rawServer(1, credentialsOf(mallory, 'moscow'))
    const amsterdam = await openChannel({ registry, hosts: middle.hosts })
    await expect(amsterdam.request('moscow', 'heartbeat', heartbeatOf('amsterdam'), withinMs(3000))).rejects.toThrow(
      code('PEER_KEY_FOREIGN'),
    )
    await (await rawClient(moscow, 1, credentialsOf(mallory, 'amsterdam'))).closed
    expect(logger.codes()).toEqual(['PEER_KEY_FOREIGN'])
  })

  it("KE1 whoever shows another host's certificate without its key gets no handshake", async () => {
    const logger = recordingLogger()
    const channel = await openChannel({ hosts: strangers(1), logger })
    const { cert } = credentialsOf(MOSCOW, 'moscow')
    const { key } = credentialsOf(identityOf(66), 'moscow')
    expect(() => connect({ host: addressOf(0), port: channel.port, ...TLS, key, cert })).toThrow(
      /KEY_VALUES_MISMATCH|key values mismatch/i,
    )
  })

  it('KE1 an expired certificate is refused, and a restarted host is known again', async () => {
    const registry = registryOfHosts(2)
    const logger = recordingLogger()
    const first = await openChannel({ index: 1, registry, hosts: strangers(0), logger })
    const expired = { notBeforeMs: Date.now() - 91 * DAY_MS, notAfterMs: Date.now() - DAY_MS }
    await (await rawClient(first, 1, credentialsOf(AMSTERDAM, 'amsterdam', expired))).closed
    expect(logger.codes()).toEqual(['PEER_CERT_EXPIRED'])
    const amsterdam = await openChannel({ registry, hosts: { moscow: { address: addressOf(1), port: first.port } } })
    first.onRequest(async () => heartbeatOf('moscow'))
    const beat = () => amsterdam.request('moscow', 'heartbeat', heartbeatOf('amsterdam'), withinMs(2000))
    await beat()
    const { port } = first
    await first.close()
    const second = await openChannel({
      index: 1,
      registry,
      hosts: strangers(0),
      options: { listen: { address: addressOf(1), port } },
    })
    second.onRequest(async () => heartbeatOf('moscow'))
    await expect
      .poll(() =>
        beat().then(
          () => true,
          () => false,
        ),
      )
      .toBe(true)
  })
})

it('a change of the signed registry closes connections of a revoked host within a second', async () => {
  const [one, two] = [hostOf(0), hostOf(1)]
  const { watch, publish } = await scratchRegistry(registryOf([one, two]))
  const registry = peerRegistryOf(watch)
  const moscow = await openChannel({ index: 1, registry, hosts: strangers(0) })
  moscow.onRequest(async () => heartbeatOf('moscow'))
  const amsterdam = await openChannel({ registry, hosts: { moscow: { address: addressOf(1), port: moscow.port } } })
  await amsterdam.request('moscow', 'heartbeat', heartbeatOf('amsterdam'), withinMs(3000))
  await publish({ ...registryOf([one, { ...two, revoked: true }]), version: 2 })
  const startMs = performance.now()
  await expect.poll(() => amsterdam.describe().moscow?.isConnected, { interval: 10, timeout: 3000 }).toBe(false)
  expect(performance.now() - startMs).toBeLessThan(1000)
})

it('during the overlap of a rotation both keys are the host, afterwards the new one', async () => {
  const { rotationBytes } = await import('@montana/fleet')
  const [old, young] = [identityOf(2), identityOf(8)]
  const entry = hostOf(1, young)
  const facts = { public_key: base64(old.publicKey), valid_until: new Date(Date.now() + 2500).toISOString() }
  const signature = base64(
    sign(null, rotationBytes('montana.test', entry, facts), importMldsaSeed(new Uint8Array(32).fill(2))),
  )
  const previous = { key_type: 'ml-dsa-65' as const, ...facts, signature }
  const { watch } = await scratchRegistry(registryOf([hostOf(0), { ...entry, previous }]))
  const channel = await openChannel({ registry: peerRegistryOf(watch), hosts: strangers(1) })
  const [before, after] = [
    await rawClient(channel, 0, credentialsOf(old, 'moscow')),
    await rawClient(channel, 0, credentialsOf(young, 'moscow')),
  ]
  for (const { socket } of [before, after]) socket.write(frameOf({ type: 'later', id: 1, body: {} }))
  await expect.poll(() => before.frames.length + after.frames.length).toBe(2)
  await before.closed
  expect(Date.now()).toBeGreaterThanOrEqual(Date.parse(facts.valid_until))
  expect(after.socket.destroyed).toBe(false)
})
