import type { LinkProxy } from '@montana/link-proxy'
import { afterEach, describe, expect, it } from 'vitest'
import type { MeshHandlers } from '../src/index.js'
import { BASE_TYPE, EXT_TYPE } from '../src/wire/types.js'
import { type Member, manifestOf, members, QUICK, start, stopAll, type TestNode, testNode } from './mesh-harness.js'
import { behind, closeProxies, dialledOnly, proxyFor } from './proxied-mesh.js'

afterEach(async () => {
  await stopAll()
  await closeProxies()
})

/** Short periods, but not so short that a busy machine alone misses a ping. */
const LIMITS = {
  ...QUICK,
  heartbeat: { ...QUICK.heartbeat, intervalMs: 250, timeoutMs: 200 },
  libp2p: { ...QUICK.libp2p, dialMs: 1_000 },
}

/** More than may be on their way at once. */
const WAITING = 12n
const PROPOSAL = new Uint8Array(3722)

interface Pair {
  readonly dialler: TestNode
  readonly dialled: TestNode
  readonly proxy: LinkProxy
}

async function pair(limits = LIMITS, handlers: Partial<MeshHandlers> = {}): Promise<Pair> {
  const [a, b] = (await members(2)) as [Member, Member]
  const proxy = await proxyFor(b)
  const manifest = manifestOf([a, behind(proxy, b)])
  const dialled = await start(await testNode(b, manifest, { limits: dialledOnly(limits) }, handlers))
  const dialler = await start(await testNode(a, manifest, { limits }))
  await expect.poll(() => seenBy(dialler)?.ping.ok ?? 0, { timeout: 5_000 }).toBeGreaterThan(2)
  await expect.poll(() => seenBy(dialled)?.ping.ok ?? 0, { timeout: 5_000 }).toBeGreaterThan(2)
  return { dialler, dialled, proxy }
}

const seenBy = ({ mesh }: TestNode) => mesh.peers()[0]
const hasLogged = ({ logs }: TestNode, message: string) => logs.some((line) => line.message === message)

describe('a connection that is half open', () => {
  it.each(['forward', 'backward'] as const)(
    'because nothing passes %s: unhealthy, closed at both ends, redialled with back-off, and back when it passes again',
    async (way) => {
      const { dialler, dialled, proxy } = await pair()
      proxy.change({ [way]: { isStalled: true } })
      await expect.poll(() => hasLogged(dialler, 'peer unhealthy'), { timeout: 5_000 }).toBe(true)
      expect(seenBy(dialler)).toMatchObject({ healthy: false, syncSource: false })
      for (const node of [dialler, dialled]) {
        await expect.poll(() => seenBy(node)?.connections, { timeout: 5_000 }).toBe(0)
        expect(seenBy(node)).toMatchObject({ closed: 1, healthy: false })
      }
      // Whoever was second may have heard of it on the way that passes.
      expect([dialler, dialled].some((node) => hasLogged(node, 'connections closed for missing pings'))).toBe(true)
      await expect.poll(() => seenBy(dialler)?.dialErrors, { timeout: 10_000 }).toBeGreaterThanOrEqual(2)
      await expect.poll(() => seenBy(dialler)?.redialDelayMs).toBeGreaterThanOrEqual(LIMITS.redial.maxMs / 2)
      expect(seenBy(dialler)?.redialDelayMs).toBeLessThanOrEqual(LIMITS.redial.maxMs)
      proxy.change({ [way]: { isStalled: false } })
      for (const node of [dialler, dialled]) {
        const { ok } = seenBy(node)?.ping ?? { ok: 0 }
        await expect.poll(() => seenBy(node)?.healthy, { timeout: 10_000 }).toBe(true)
        await expect.poll(() => (seenBy(node)?.ping.ok ?? 0) > ok, { timeout: 5_000 }).toBe(true)
        expect(seenBy(node)?.redialDelayMs).toBeUndefined()
      }
    },
  )

  it('for less than six pings ends nobody: the peer stays connected', async () => {
    const { dialler, dialled, proxy } = await pair()
    proxy.change({ backward: { isStalled: true } })
    await expect.poll(() => seenBy(dialler)?.consecutiveMisses, { interval: 5 }).toBe(2)
    proxy.change({ backward: { isStalled: false } })
    await expect.poll(() => seenBy(dialler)?.consecutiveMisses, { timeout: 5_000 }).toBe(0)
    for (const node of [dialler, dialled]) {
      expect(seenBy(node)).toMatchObject({ healthy: true })
      expect(hasLogged(node, 'peer disconnected')).toBe(false)
    }
  })

  it('while the peer can be reached gives its place to a new one, before it would be closed', async () => {
    const { dialler, dialled, proxy } = await pair()
    proxy.strand()
    await expect.poll(() => hasLogged(dialler, 'silent connections replaced'), { timeout: 5_000 }).toBe(true)
    expect(seenBy(dialler)?.consecutiveMisses).toBeLessThan(LIMITS.heartbeat.closeAfter)
    await expect.poll(() => seenBy(dialler)?.consecutiveMisses, { timeout: 5_000 }).toBe(0)
    await expect.poll(() => seenBy(dialled)?.consecutiveMisses, { timeout: 5_000 }).toBe(0)
    for (const node of [dialler, dialled]) {
      await expect.poll(() => seenBy(node)?.connections, { timeout: 5_000 }).toBe(1)
      expect(node.seen.reached).toHaveLength(2)
      expect(hasLogged(node, 'peer disconnected')).toBe(false)
      expect(hasLogged(node, 'connections closed for missing pings')).toBe(false)
    }
  })

  it('lets go of what waits for it as soon as it is replaced', async () => {
    const { dialler, dialled, proxy } = await pair()
    proxy.strand()
    for (let id = 1n; id <= WAITING; id++) dialler.mesh.broadcast(BASE_TYPE.proposal, id, PROPOSAL)
    await expect.poll(() => hasLogged(dialler, 'silent connections replaced'), { timeout: 5_000 }).toBe(true)
    const last = WAITING + 1n
    dialler.mesh.broadcast(BASE_TYPE.proposal, last, PROPOSAL)
    const ids = () => dialled.seen.messages.map(({ requestId }) => requestId)
    await expect.poll(ids, { timeout: LIMITS.exchange.requestMs / 2 }).toContain(last)
  })
})

describe('a narrow connection', () => {
  /** Two seconds of its line, behind which every Pong waits for longer than a ping does. */
  const ANSWER = new Uint8Array(200_000)
  const NARROW = { bytesPerSecond: 100_000 }
  const PATIENT = { ...LIMITS, heartbeat: { ...LIMITS.heartbeat, unhealthyAfter: 1_000, closeAfter: 1_000 } }

  it('that brings an answer is not taken for a silent one, and the answer arrives', async () => {
    const { dialler, dialled, proxy } = await pair(PATIENT, { onExtRequest: async () => ANSWER })
    proxy.change({ backward: NARROW })
    const { timeout } = seenBy(dialler)?.ping ?? { timeout: Number.NaN }
    const answer = await dialler.mesh.extRequest(dialled.mesh.peerId, EXT_TYPE.snapshotChunk, new Uint8Array(14))
    expect(answer).toHaveLength(ANSWER.length)
    expect(seenBy(dialler)?.ping.timeout).toBeGreaterThan(timeout + 2)
    expect(dialler.counted('montana_dials_total', {})).toBe(1)
    for (const node of [dialler, dialled]) expect(seenBy(node)).toMatchObject({ closed: 0, connections: 1 })
  })
})

describe('a cut', () => {
  it('is noticed at once, and healed by the usual redial', async () => {
    const { dialler, dialled, proxy } = await pair()
    proxy.cut()
    for (const node of [dialler, dialled]) await expect.poll(() => seenBy(node)?.connections).toBe(0)
    await expect.poll(() => proxy.counts.refused, { timeout: 5_000 }).toBeGreaterThanOrEqual(2)
    proxy.heal()
    for (const node of [dialler, dialled]) {
      await expect.poll(() => seenBy(node)?.healthy, { timeout: 5_000 }).toBe(true)
    }
  })
})

describe('a changed byte', () => {
  it('ends the connection and nothing else; the next one works', async () => {
    const { dialler, dialled, proxy } = await pair()
    proxy.change({ forward: { corruptionRate: 0.05 } })
    await expect.poll(() => seenBy(dialled)?.closed, { timeout: 5_000 }).toBeGreaterThanOrEqual(1)
    proxy.change({ forward: { corruptionRate: 0 } })
    for (const node of [dialler, dialled]) {
      await expect.poll(() => seenBy(node)?.healthy, { timeout: 10_000 }).toBe(true)
      expect(seenBy(node)?.score).toBe(0)
    }
  })
})
