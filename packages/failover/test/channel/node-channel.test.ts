import { getEventListeners } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'
import { systemTime } from '@montana/foundation'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { NodeChannel, NodeChannelOptions } from '../../src/index.js'
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
  registered,
  registryOfHosts,
  strangers,
  withinMs,
} from './support.js'

const MOSCOW = identityOf(2)
const hostsAt = (index: number, port: number): NodeChannelOptions['hosts'] => ({
  [HOSTS[index] ?? '']: { address: addressOf(index), port },
})
const answering = (channel: NodeChannel, host: string) => channel.onRequest(async () => heartbeatOf(host))

/** amsterdam and moscow; moscow does not dial back. */
async function pair(options: Partial<NodeChannelOptions> = {}, registry = registryOfHosts(3)) {
  const logger = recordingLogger()
  const moscow = await openChannel({ index: 1, registry, hosts: strangers(0), logger, options })
  answering(moscow, 'moscow')
  const amsterdam = await openChannel({ registry, hosts: hostsAt(1, moscow.port), options })
  return { amsterdam, moscow, registry, logger }
}

const beat = (channel: NodeChannel, ms = 5000, sequence = 1) =>
  channel.request('moscow', 'heartbeat', heartbeatOf('amsterdam', sequence), withinMs(ms))

describe('requests', () => {
  it('five hosts on loopback addresses of their own ask each other', async () => {
    const registry = registryOfHosts(5)
    const ports = [19_431, 19_432, 19_433, 19_434, 19_435]
    const hosts = Object.fromEntries(HOSTS.map((host, i) => [host, { address: addressOf(i), port: ports[i] ?? 0 }]))
    const channels = await Promise.all(
      HOSTS.map((_, index) =>
        openChannel({
          index,
          registry,
          options: { hosts, listen: { address: addressOf(index), port: ports[index] ?? 0 } },
        }),
      ),
    )
    for (const [index, channel] of channels.entries()) {
      channel.onRequest(async (from, _, body) => {
        expect((body as { host: string }).host).toBe(from)
        return heartbeatOf(HOSTS[index] ?? '')
      })
    }
    const answers = await Promise.all(
      channels.flatMap((channel, index) => {
        const self = HOSTS[index] ?? ''
        const others = HOSTS.filter((host) => host !== self)
        return others.map((host) => channel.request(host, 'heartbeat', heartbeatOf(self), withinMs(5000)))
      }),
    )
    expect(answers).toHaveLength(20)
    expect(channels[0]?.describe()).toMatchObject({ spb: { isConnected: true, lastRefusal: null } })
    expect(channels[0]?.describe().amsterdam).toBeUndefined()
  })

  it('many at once over one connection, answered in any order', async () => {
    const { amsterdam, moscow } = await pair()
    const held: (() => void)[] = []
    moscow.onRequest(async (_, type, body) => {
      if (type === 'probe') await new Promise<void>((resolve) => held.push(resolve))
      return type === 'probe'
        ? { host: (body as { host: string }).host, ageMs: 1, heartbeat: null }
        : heartbeatOf('moscow')
    })
    const hosts = Array.from({ length: 50 }, (_, i) => `h${i}`)
    const probes = hosts.map((host) =>
      amsterdam.request('moscow', 'probe', { host, forwardedFor: null }, withinMs(5000)),
    )
    await expect.poll(() => held.length).toBe(50)
    await beat(amsterdam)
    for (const release of held.reverse()) release()
    expect(await Promise.all(probes)).toEqual(hosts.map((host) => ({ host, ageMs: 1, heartbeat: null })))
  })

  it('over the limit of one connection are refused, not queued', async () => {
    const { amsterdam, moscow } = await pair()
    const release = Promise.withResolvers<null>()
    moscow.onRequest(() => release.promise)
    const done = { type: 'done', policy: 'serve', epoch: 7n }
    const requests = Array.from({ length: 65 }, () => amsterdam.request('moscow', 'done', done, withinMs(5000)))
    const outcomes = Promise.allSettled(requests)
    await expect(requests[64]).rejects.toThrow(code('CHANNEL_REFUSED'))
    release.resolve(null)
    expect((await outcomes).filter(({ status }) => status === 'fulfilled')).toHaveLength(64)
  })

  it('that fail there are refused here, with our own codes and no internals', async () => {
    const { amsterdam, moscow } = await pair()
    moscow.onRequest(async () => {
      throw new TypeError('secret path')
    })
    const failure = await beat(amsterdam).catch((error: unknown) => error)
    expect(failure).toMatchObject({ code: 'CHANNEL_REFUSED', metadata: { code: 'INTERNAL' } })
    expect(String(failure)).not.toContain('secret')
    moscow.onRequest(async () => 'no heartbeat')
    await expect(beat(amsterdam)).rejects.toThrow(code('CHANNEL_REFUSED'))
    answering(moscow, 'moscow')
    await expect(beat(amsterdam)).resolves.toMatchObject({ host: 'moscow' })
  })

  it('before there is a handler are refused; wrong ones of our own are not sent; strangers are unknown', async () => {
    const moscow = await openChannel({ index: 1, hosts: strangers(0) })
    const amsterdam = await openChannel({ hosts: hostsAt(1, moscow.port) })
    await expect(beat(amsterdam)).rejects.toThrow(code('CHANNEL_REFUSED'))
    await expect(amsterdam.request('moscow', 'poke', {}, withinMs(100))).rejects.toThrow(code('FRAME_INVALID'))
    await expect(amsterdam.request('nobody', 'poke', {}, withinMs(100))).rejects.toThrow(code('PEER_UNKNOWN'))
  })

  it('end with their signal and leave no listener', async () => {
    const { amsterdam, moscow } = await pair()
    await beat(amsterdam)
    moscow.onRequest(() => new Promise(() => {}))
    const controller = new AbortController()
    const { signal } = controller
    const request = amsterdam.request('moscow', 'heartbeat', heartbeatOf('amsterdam'), signal)
    expect(getEventListeners(signal, 'abort')).not.toHaveLength(0)
    controller.abort()
    await expect(request).rejects.toThrow(expect.objectContaining({ name: 'AbortError' }))
    expect(getEventListeners(signal, 'abort')).toHaveLength(0)
  })
})

/** Passes bytes between two hosts until it is told to hold them. */
async function stuckableProxy(to: number, port: number) {
  const sockets = new Set<Socket>()
  const proxy = createServer((socket) => {
    const inner = connect({ host: addressOf(to), port, localAddress: addressOf(4) })
    for (const side of [socket, inner]) sockets.add(side.on('error', () => {}))
    const mine = { isHeld: false }
    holds.push(mine)
    socket.on('data', (chunk) => void (mine.isHeld || inner.write(chunk)))
    inner.on('data', (chunk) => void (mine.isHeld || socket.write(chunk)))
    socket.on('close', () => inner.destroy())
    inner.on('close', () => void (mine.isHeld || socket.destroy()))
  })
  const holds: { isHeld: boolean }[] = []
  await new Promise<void>((resolve) => proxy.listen(0, addressOf(to), resolve))
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy()
    proxy.close()
  })
  const address = proxy.address()
  return {
    port: typeof address === 'object' && address ? address.port : 0,
    connections: () => holds.length,
    holdPresent: () => {
      for (const hold of holds) hold.isHeld = true
    },
  }
}

describe('connections', () => {
  it('one that is stuck is replaced after the first miss, without a second one', async () => {
    const moscow = await openChannel({ index: 1, hosts: strangers(0) })
    answering(moscow, 'moscow')
    const proxy = await stuckableProxy(1, moscow.port)
    const amsterdam = await openChannel({ hosts: hostsAt(1, proxy.port) })
    await beat(amsterdam)
    proxy.holdPresent()
    await expect(beat(amsterdam, 300)).rejects.toThrow(expect.objectContaining({ name: 'AbortError' }))
    await expect(beat(amsterdam, 1000)).resolves.toMatchObject({ host: 'moscow' })
    expect(proxy.connections()).toBe(2)
  })

  it('a slow answer beside quick ones is no reason for another connection', async () => {
    const moscow = await openChannel({ index: 1, hosts: strangers(0) })
    const proxy = await stuckableProxy(1, moscow.port)
    const amsterdam = await openChannel({ hosts: hostsAt(1, proxy.port) })
    moscow.onRequest(async (_, type) => (type === 'probe' ? new Promise(() => {}) : heartbeatOf('moscow')))
    const slow = amsterdam.request('moscow', 'probe', { host: 'spb', forwardedFor: null }, withinMs(300))
    await beat(amsterdam)
    await expect(slow).rejects.toThrow(expect.objectContaining({ name: 'AbortError' }))
    await beat(amsterdam)
    expect(proxy.connections()).toBe(1)
  })

  it('is dialled again when the host returns', async () => {
    const registry = registryOfHosts(2)
    const first = await openChannel({ index: 1, registry, hosts: strangers(0) })
    const { port } = first
    const amsterdam = await openChannel({ registry, hosts: hostsAt(1, port) })
    answering(first, 'moscow')
    await beat(amsterdam)
    await first.close()
    await expect(beat(amsterdam, 2000)).rejects.toThrow(code('CHANNEL_CLOSED'))
    expect(amsterdam.describe().moscow).toMatchObject({ isConnected: false })
    const second = await openChannel({
      index: 1,
      registry,
      hosts: strangers(0),
      options: { listen: { address: addressOf(1), port } },
    })
    answering(second, 'moscow')
    await expect
      .poll(
        () =>
          beat(amsterdam, 2000).then(
            () => 'answered',
            () => 'missed',
          ),
        { timeout: 3000 },
      )
      .toBe('answered')
  })

  it('of a revoked and of a removed host close within a second, on both sides', async () => {
    const { amsterdam, moscow, registry } = await pair()
    await beat(amsterdam)
    const startMs = performance.now()
    registry.set('moscow', registered(MOSCOW, { isRevoked: true }))
    await expect.poll(() => amsterdam.describe().moscow?.isConnected).toBe(false)
    expect(performance.now() - startMs).toBeLessThan(1000)
    await expect(beat(amsterdam)).rejects.toThrow(code('PEER_REVOKED'))
    registry.set('moscow', registered(MOSCOW))
    await expect
      .poll(() =>
        beat(amsterdam).then(
          () => true,
          () => false,
        ),
      )
      .toBe(true)
    const back = await rawClient(moscow, 1, credentialsOf(identityOf(1), 'amsterdam'))
    back.socket.write(frameOf({ type: 'later', id: 1, body: {} }))
    await expect.poll(() => back.frames.length).toBe(1)
    registry.set('amsterdam')
    await back.closed
    expect(back.frames.slice(1)).toEqual([{ type: 'bye', id: 0, body: { code: 'CHANNEL_CLOSED' } }])
  })

  it('silent for its time are closed; a slow sender of one frame is silent', async () => {
    const { moscow, logger } = await pair({ silenceMs: 300 })
    const peer = await rawClient(moscow, 1, credentialsOf(identityOf(1), 'amsterdam'))
    const drip = setInterval(() => peer.socket.write(Buffer.from([0])), 50)
    peer.socket.write(Buffer.from([0, 0, 1, 0]))
    const startMs = performance.now()
    await peer.closed
    clearInterval(drip)
    expect(performance.now() - startMs).toBeLessThan(1500)
    expect(logger.lines.some(({ fields }) => fields.reason === 'no frame for 0.3 s')).toBe(true)
  })

  it('renew their certificate after sixty days without being dropped', async () => {
    let offsetMs = 0
    const time = { wallMs: () => Date.now() + offsetMs, monotonicMs: systemTime.monotonicMs }
    const registry = registryOfHosts(2)
    const moscow = await openChannel({ index: 1, registry, hosts: strangers(0), time, options: { renewalCheckMs: 20 } })
    answering(moscow, 'moscow')
    const amsterdam = await openChannel({ registry, hosts: hostsAt(1, moscow.port), time })
    await beat(amsterdam)
    const seen = async () => {
      const { socket } = await rawClient(
        moscow,
        1,
        credentialsOf(identityOf(1), 'amsterdam', { notAfterMs: Date.now() + 200 * DAY_MS }),
      )
      return socket.getPeerX509Certificate()?.validToDate.getTime() ?? 0
    }
    const before = await seen()
    offsetMs = 59 * DAY_MS
    await new Promise((resolve) => setTimeout(resolve, 60))
    expect(await seen()).toBe(before)
    offsetMs = 60 * DAY_MS
    await expect.poll(async () => (await seen()) - before).toBeGreaterThanOrEqual(60 * DAY_MS)
    await beat(amsterdam)
    expect(amsterdam.describe().moscow?.isConnected).toBe(true)
  })

  it('close at once and free everything', async () => {
    const { amsterdam, moscow, registry } = await pair()
    moscow.onRequest(() => new Promise(() => {}))
    const waiting = beat(amsterdam)
    waiting.catch(() => {})
    await expect.poll(() => amsterdam.describe().moscow?.isConnected).toBe(true)
    const half = connect({ host: addressOf(1), port: moscow.port })
    await new Promise((resolve) => half.once('connect', resolve))
    const startMs = performance.now()
    await Promise.all([amsterdam.close(), moscow.close(), amsterdam.close()])
    expect(performance.now() - startMs).toBeLessThan(1000)
    await expect(waiting).rejects.toThrow(code('CHANNEL_CLOSED'))
    await expect(beat(amsterdam)).rejects.toThrow(code('CHANNEL_CLOSED'))
    expect(registry.listeners).toBe(0)
  })
})

describe('a host does not start', () => {
  it('unknown to its registry, or with a key that is not registered', async () => {
    await expect(openChannel({ index: 3, registry: registryOfHosts(2) })).rejects.toThrow(
      expect.objectContaining({ code: 'SELF_UNKNOWN', exitCode: 78 }),
    )
    await expect(openChannel({ identity: identityOf(99) })).rejects.toThrow(
      expect.objectContaining({ code: 'SELF_KEY_FOREIGN', exitCode: 78 }),
    )
  })
})

describe('admission of handshakes', () => {
  it('is for ten a second of one source; others are not affected', async () => {
    const channel = await openChannel({ hosts: strangers(1) })
    const attempt = (localAddress: string) =>
      rawClient(channel, 0, { ...credentialsOf(MOSCOW, 'moscow'), localAddress }).then(
        ({ socket }) => socket.getProtocol() !== null,
      )
    const sameSource = await Promise.all(Array.from({ length: 20 }, () => attempt('127.0.9.77')))
    const admitted = sameSource.filter(Boolean).length
    expect(admitted).toBeGreaterThanOrEqual(10)
    expect(admitted).toBeLessThan(20)
    expect(await attempt('127.0.9.78')).toBe(true)
  })

  it('ends a handshake that does not come to its end', async () => {
    const channel = await openChannel({ hosts: strangers(1), options: { handshakeTimeoutMs: 200 } })
    const socket = connect({ host: addressOf(0), port: channel.port })
    const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()))
    socket.on('error', () => {}).write(Buffer.from([0x16, 0x03, 0x01]))
    const startMs = performance.now()
    await closed
    expect(performance.now() - startMs).toBeLessThan(2000)
  })

  it('holds 32 unfinished in all', async () => {
    const channel = await openChannel({ hosts: strangers(1) })
    const open = async (index: number) => {
      const socket = connect({ host: addressOf(0), port: channel.port, localAddress: `127.0.10.${index + 1}` })
      onTestFinished(() => void socket.destroy())
      socket.on('error', () => {})
      const closed = new Promise<boolean>((resolve) => socket.once('close', () => resolve(true)))
      return await Promise.race([closed, new Promise<boolean>((resolve) => setTimeout(() => resolve(false), 300))])
    }
    const wereClosed = await Promise.all(Array.from({ length: 40 }, (_, index) => open(index)))
    expect(wereClosed.filter(Boolean)).toHaveLength(8)
  })

  it('a server that never ends its handshake is given up', async () => {
    const server = createServer((socket) => void socket.on('error', () => {}))
    await new Promise<void>((resolve) => server.listen(0, addressOf(1), resolve))
    onTestFinished(() => void server.close())
    const address = server.address()
    const port = typeof address === 'object' && address ? address.port : 0
    const channel = await openChannel({ hosts: hostsAt(1, port), options: { handshakeTimeoutMs: 200 } })
    await expect(beat(channel)).rejects.toThrow(/handshake: nothing for 200 ms/)
  })
})

describe('frames over TLS', () => {
  const amsterdam = () => credentialsOf(identityOf(1), 'amsterdam')

  it('split at every byte are answered the same', async () => {
    const { moscow } = await pair()
    const frame = frameOf({ type: 'done', id: 5, body: { type: 'done', policy: 'serve', epoch: '7' } })
    const peer = await rawClient(moscow, 1, amsterdam())
    for (let at = 1; at < frame.length; at++) {
      peer.socket.write(frame.subarray(0, at))
      await new Promise((resolve) => setImmediate(resolve))
      peer.socket.write(frame.subarray(at))
    }
    await expect.poll(() => peer.frames.length).toBe(frame.length - 1)
    expect(new Set(peer.frames.map((answer) => JSON.stringify(answer)))).toEqual(
      new Set(['{"type":"ok","id":5,"body":{}}']),
    )
  })

  it('of an unknown type get an error, and the connection stays', async () => {
    const { moscow } = await pair()
    const peer = await rawClient(moscow, 1, amsterdam())
    peer.socket.write(
      Buffer.concat([
        frameOf({ type: 'later', id: 8, body: {} }),
        frameOf({ type: 'probe', id: 9, body: { host: 'spb', forwardedFor: 'almaty' } }),
      ]),
    )
    await expect.poll(() => peer.frames.length).toBe(2)
    expect(peer.frames[0]).toMatchObject({ type: 'error', id: 8, body: { code: 'UNKNOWN_TYPE' } })
    expect(peer.socket.destroyed).toBe(false)
  })

  it.each([
    ['FRAME_INVALID', 'length 0', Buffer.alloc(4)],
    ['FRAME_TOO_LARGE', 'length cap + 1', Buffer.from([0, 0x10, 0, 1])],
    ['FRAME_TOO_LARGE', 'length 4 GiB', Buffer.from([0xff, 0xff, 0xff, 0xff])],
    ['FRAME_INVALID', 'bad UTF-8', Buffer.from([0, 0, 0, 1, 0xff])],
    ['FRAME_INVALID', 'bad JSON', frameOf('{"type"')],
    ['FRAME_INVALID', 'another form', frameOf({ type: 'poke' })],
    ['FRAME_INVALID', 'a body that breaks its schema', frameOf({ type: 'poke', id: 1, body: { head: 'x' } })],
    ['FRAME_INVALID', 'an answer to nothing', frameOf({ type: 'ok', id: 1, body: {} })],
  ])('%s: %s ends the connection', async (expected, _, bytes) => {
    const { moscow, logger } = await pair()
    const peer = await rawClient(moscow, 1, amsterdam())
    peer.socket.write(bytes)
    await peer.closed
    expect(peer.frames).toEqual([{ type: 'bye', id: 0, body: { code: expected } }])
    await expect.poll(() => logger.codes()).toContain(expected)
  })

  it('of exactly the cap are read', async () => {
    const { moscow } = await pair()
    const peer = await rawClient(moscow, 1, amsterdam())
    const core = JSON.stringify({ type: 'later', id: 4, body: {} })
    peer.socket.write(frameOf(core + ' '.repeat(1024 * 1024 - core.length)))
    await expect.poll(() => peer.frames.length).toBe(1)
    expect(peer.frames[0]).toMatchObject({ type: 'error', id: 4 })
  })

  it('some hundreds of wrong ones over TLS change nothing', async () => {
    const { amsterdam: ours, moscow, logger } = await pair()
    let served = 0
    moscow.onRequest(async () => {
      served++
      return heartbeatOf('moscow')
    })
    for (let round = 0; round < 300; round += 20) {
      const sources = Array.from({ length: 20 }, (_, i) => `127.0.11.${((round + i) % 100) + 1}`)
      const peers = await Promise.all(
        sources.map((localAddress) => rawClient(moscow, 1, { ...amsterdam(), localAddress })),
      )
      for (const [i, peer] of peers.entries()) peer.socket.write(frameOf(`{"type":"poke","id":${i},"body":${i}}`))
      await Promise.all(peers.map(({ closed }) => closed))
    }
    expect(served).toBe(0)
    expect(logger.codes().filter((found) => found === 'FRAME_INVALID')).toHaveLength(300)
    await expect(beat(ours)).resolves.toMatchObject({ host: 'moscow' })
  })

  it('a wrong answer ends the connection and the request', async () => {
    const cases = [
      { type: 'ok', body: {} },
      { type: 'ack', body: {} },
      { type: 'error', body: {} },
      { type: 'poke', body: { head: '0123456789abcdef0123456789abcdef01234567' } },
    ]
    for (const answer of cases) {
      const server = await rawServer(1, credentialsOf(MOSCOW, 'moscow'), (socket) => {
        socket.on('data', () => socket.write(frameOf({ id: 1, ...answer })))
      })
      const channel = await openChannel({ hosts: server.hosts })
      await expect(beat(channel)).rejects.toThrow(code('FRAME_INVALID'))
      await channel.close()
    }
  })

  it('a late answer to a request that was given up is passed over', async () => {
    const { amsterdam: ours, moscow } = await pair()
    await beat(ours)
    let release = (_: unknown) => {}
    moscow.onRequest(() => new Promise((resolve) => (release = resolve)))
    await expect(beat(ours, 50)).rejects.toThrow(expect.objectContaining({ name: 'AbortError' }))
    release(heartbeatOf('moscow'))
    answering(moscow, 'moscow')
    await expect(beat(ours)).resolves.toMatchObject({ host: 'moscow' })
  })
})
