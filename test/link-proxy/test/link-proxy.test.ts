import { createHash, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { afterEach, describe, expect, it } from 'vitest'
import { client, closeAll, echo, proxyTo, roundTripMs, target } from './support/peers.js'

afterEach(closeAll)

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))
const digest = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex')

describe('a clear link', () => {
  it('carries bytes, the end of one side, and the end of the other', async () => {
    const far = await target()
    const proxy = await proxyTo(far.address)
    const near = await client(proxy.address)
    const bytes = randomBytes(20_000_000)
    near.socket.end(bytes)
    await expect.poll(() => far.received().length, { timeout: 10_000 }).toBe(bytes.length)
    expect(digest(far.received())).toBe(digest(bytes))
    expect(near.ending()).toBeUndefined()
    far.sockets[0]?.end('done')
    await expect.poll(near.ending).toBe('end')
    expect(near.received().toString()).toBe('done')
    await expect.poll(() => proxy.counts).toMatchObject({ connections: 0, accepted: 1, refused: 0 })
    expect(proxy.counts).toMatchObject({ forward: { bytes: bytes.length, changed: 0 }, backward: { bytes: 4 } })
  })

  it('passes a reset on, in both directions', async () => {
    const far = await echo()
    const proxy = await proxyTo(far.address)
    const [a, b] = [await client(proxy.address), await client(proxy.address)]
    await expect.poll(() => far.sockets.length).toBe(2)
    far.sockets[0]?.resetAndDestroy()
    await expect.poll(a.ending).toBe('reset')
    b.socket.resetAndDestroy()
    await expect.poll(() => far.sockets[1]?.closed).toBe(true)
    await expect.poll(() => proxy.counts.connections).toBe(0)
  })

  it('resets who cannot be connected with the target', async () => {
    const far = await target()
    await far.close()
    const near = await client((await proxyTo(far.address)).address)
    await expect.poll(near.ending).toBe('reset')
  })
})

describe('delay and jitter', () => {
  it('make every round trip as long as both directions, and no longer than their jitter', async () => {
    const way = { delayMs: 30, jitterMs: 10 }
    const proxy = await proxyTo((await echo()).address, { forward: way, backward: way })
    const near = await client(proxy.address)
    await roundTripMs(near, Buffer.from('x'))
    const times: number[] = []
    for (let round = 0; round < 10; round++) times.push(await roundTripMs(near, Buffer.from('ping')))
    expect(Math.min(...times)).toBeGreaterThanOrEqual(60)
    // Beside other work of this machine the timers may be late.
    expect(times.sort((a, b) => a - b)[5]).toBeLessThan(200)
  })

  it('keep the order of what is sent', async () => {
    const far = await target()
    const proxy = await proxyTo(far.address, { forward: { delayMs: 1, jitterMs: 20 } })
    const near = await client(proxy.address)
    for (let index = 0; index < 50; index++) {
      near.socket.write(`${index},`)
      await pause(1)
    }
    const expected = Array.from({ length: 50 }, (_, index) => `${index},`).join('')
    await expect.poll(() => far.received().toString()).toBe(expected)
  })

  it('change while it runs', async () => {
    const proxy = await proxyTo((await echo()).address)
    const near = await client(proxy.address)
    await roundTripMs(near, Buffer.from('x'))
    proxy.change({ backward: { delayMs: 600 } })
    expect(await roundTripMs(near, Buffer.from('x'))).toBeGreaterThanOrEqual(600)
    proxy.change({ backward: { delayMs: 0 } })
    expect(await roundTripMs(near, Buffer.from('x'))).toBeLessThan(500)
  })
})

describe('bandwidth', () => {
  it('is not exceeded, is reached, and is felt by the sender', async () => {
    const far = await target()
    const proxy = await proxyTo(far.address, { forward: { bytesPerSecond: 100_000 } })
    const near = await client(proxy.address)
    const startedMs = performance.now()
    near.socket.write(Buffer.alloc(50_000))
    await expect.poll(() => far.received().length, { interval: 5 }).toBe(50_000)
    const tookMs = performance.now() - startedMs
    expect(tookMs).toBeGreaterThanOrEqual(495)
    expect(tookMs).toBeLessThan(2_000)
    near.socket.write(Buffer.alloc(50_000_000))
    await pause(300)
    expect(near.socket.writableLength).toBeGreaterThan(20_000_000)
  })

  it('is above zero, at first and later', async () => {
    const far = await target()
    await expect(proxyTo(far.address, { forward: { bytesPerSecond: 0 } })).rejects.toThrow(RangeError)
    const proxy = await proxyTo(far.address)
    expect(() => proxy.change({ backward: { bytesPerSecond: Number.NaN } })).toThrow('use a number above 0')
  })

  it('is that of all connections together, in one direction', async () => {
    const far = await target((socket) => socket.write(Buffer.alloc(1_000_000)))
    const proxy = await proxyTo(far.address, { forward: { bytesPerSecond: 50_000 } })
    const nears = [await client(proxy.address), await client(proxy.address)]
    const startedMs = performance.now()
    for (const { socket } of nears) socket.write(Buffer.alloc(10_000))
    await expect.poll(() => nears.map(({ received }) => received().length)).toEqual([1_000_000, 1_000_000])
    await expect.poll(() => far.received().length, { interval: 5 }).toBe(20_000)
    expect(performance.now() - startedMs).toBeGreaterThanOrEqual(395)
  })
})

describe('a stall', () => {
  it('of one way is half open: what is asked arrives, and nobody learns that no answer comes', async () => {
    const far = await echo()
    const proxy = await proxyTo(far.address)
    const near = await client(proxy.address)
    await roundTripMs(near, Buffer.from('hello'))
    proxy.change({ backward: { isStalled: true } })
    near.socket.write('are you there?')
    await expect.poll(() => far.received().toString()).toBe('helloare you there?')
    far.sockets[0]?.resetAndDestroy()
    await pause(150)
    expect([near.received().toString(), near.ending()]).toEqual(['hello', undefined])
    expect(near.socket.writable).toBe(true)
  })

  it('lets pass what waited when it ends, in order', async () => {
    const far = await target()
    const proxy = await proxyTo(far.address, { forward: { isStalled: true } })
    const near = await client(proxy.address)
    near.socket.write('one ')
    near.socket.end('two')
    await pause(50)
    expect([far.sockets.length, proxy.counts.forward.bytes]).toEqual([0, 0])
    proxy.change({ forward: { isStalled: false } })
    await expect.poll(() => far.received().toString()).toBe('one two')
    await expect.poll(() => far.sockets[0]?.readableEnded).toBe(true)
  })
})

describe('a cut', () => {
  it('resets both ends, refuses new connections, and is healed', async () => {
    const far = await echo()
    const proxy = await proxyTo(far.address)
    const near = await client(proxy.address)
    await roundTripMs(near, Buffer.from('x'))
    proxy.cut()
    await expect.poll(near.ending).toBe('reset')
    await expect.poll(() => far.sockets[0]?.closed).toBe(true)
    const refused = await client(proxy.address)
    await expect.poll(refused.ending).toBe('reset')
    expect(proxy.counts).toMatchObject({ connections: 0, accepted: 1, refused: 1 })
    proxy.heal()
    await roundTripMs(await client(proxy.address), Buffer.from('x'))
  })
})

describe('changed bytes', () => {
  async function changedOffsets(seed: number, write: number): Promise<number[]> {
    const far = await target()
    const proxy = await proxyTo(far.address, { seed, forward: { corruptionRate: 0.001 } })
    const near = await client(proxy.address)
    for (let sent = 0; sent < 100_000; sent += write) {
      if (!near.socket.write(Buffer.alloc(Math.min(write, 100_000 - sent)))) await once(near.socket, 'drain')
    }
    await expect.poll(() => far.received().length).toBe(100_000)
    const offsets = [...far.received().entries()].filter(([, byte]) => byte !== 0).map(([offset]) => offset)
    expect(proxy.counts.forward).toEqual({ bytes: 100_000, changed: offsets.length })
    return offsets
  }

  it('are the same for the same seed, in whatever segments they arrive, and others for another seed', async () => {
    const first = await changedOffsets(5, 100_000)
    expect(first.length).toBeGreaterThan(50)
    expect(await changedOffsets(5, 777)).toEqual(first)
    expect(await changedOffsets(6, 100_000)).not.toEqual(first)
  })

  it('are those at the given offsets of every connection, in the given direction', async () => {
    const far = await echo()
    const proxy = await proxyTo(far.address, { backward: { corruptAt: [1] } })
    for (let connection = 0; connection < 2; connection++) {
      const near = await client(proxy.address)
      await roundTripMs(near, Buffer.from([1, 2, 3]))
      expect([...near.received()]).toEqual([1, 2 ^ 255, 3])
    }
    expect([...far.received()]).toEqual([1, 2, 3, 1, 2, 3])
  })
})

describe('the end', () => {
  it('leaves no socket and no timer behind', async () => {
    const count = () => process.getActiveResourcesInfo().filter((kind) => /TCP|Timeout/.test(kind)).length
    const before = count()
    const far = await echo()
    const proxy = await proxyTo(far.address, { forward: { delayMs: 10_000 }, backward: { isStalled: true } })
    for (let index = 0; index < 20; index++) (await client(proxy.address)).socket.write('x')
    await closeAll()
    await expect.poll(count).toBeLessThanOrEqual(before + 1)
  })
})
