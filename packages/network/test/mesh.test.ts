import { createServer } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { BASE_TYPE, EXT_ERROR, EXT_TYPE, ExtError } from '../src/index.js'
import {
  connectedPeers,
  type Member,
  manifestOf,
  members,
  QUICK,
  start,
  startAll,
  status,
  stopAll,
  type TestNode,
  testNode,
} from './mesh-harness.js'

afterEach(stopAll)

describe('a mesh of four', () => {
  it('forms, exchanges Status and pings, and shows it', async () => {
    const list = await members(4)
    const nodes = await startAll(list)
    expect(nodes.map(({ mesh }) => mesh.peerId)).toEqual(list.map(({ peerId }) => peerId))
    expect(nodes.every(({ mesh }) => /^Qm.{44}$/.test(mesh.peerId))).toBe(true)
    expect(nodes[0]?.mesh.listenAddresses()).toEqual([`${list[0]?.listen}/p2p/${list[0]?.peerId}`])
    for (const { mesh, seen } of nodes) {
      await expect.poll(() => mesh.peers().every(({ ping }) => ping.ok >= 3)).toBe(true)
      await expect.poll(() => new Set(seen.statuses.map(({ from }) => from)).size).toBe(3)
      for (const peer of mesh.peers()) {
        expect(peer).toMatchObject({ healthy: true, ext: true, syncSource: true, stateDiverged: false, score: 0 })
        expect(peer.ping.sent - peer.ping.ok - peer.ping.timeout - peer.ping.failed).toBeLessThanOrEqual(1)
        expect([peer.ping.timeout, peer.ping.failed, peer.closed]).toEqual([0, 0, 0])
        expect(peer.rttP50Ms).toBeGreaterThan(0)
        expect(peer.upSeconds).toBeGreaterThan(0)
        expect(peer.handshakes.hybrid).toBeGreaterThanOrEqual(1)
        expect([peer.handshakes.pq, peer.suites]).toEqual([0, { hybrid: peer.connections, pq: 0 }])
        expect(peer.id8).toBe(peer.peerId.slice(-8))
      }
      expect(mesh.peers().map(({ label }) => label)).not.toContain('other')
    }
  })

  it('delivers a broadcast once to every peer, whatever its size, and copies it', async () => {
    const nodes = await startAll(await members(4))
    const [sender, ...receivers] = nodes as [TestNode, ...TestNode[]]
    const payload = new Uint8Array(1_048_560).fill(3)
    sender.mesh.broadcast(BASE_TYPE.vdfReveal, 5n, new Uint8Array(3381).fill(2))
    sender.mesh.broadcast(BASE_TYPE.proposal, 6n, payload)
    payload.fill(9)
    for (const { seen } of receivers) {
      await expect.poll(() => seen.messages.length, { timeout: 5_000 }).toBe(2)
      const [reveal, proposal] = [...seen.messages].sort((a, b) => a.type - b.type)
      expect(reveal).toMatchObject({ from: 'n0', type: 0x21, requestId: 5n })
      expect(proposal).toMatchObject({ from: 'n0', type: 0x22, requestId: 6n })
      expect(proposal?.payload.every((byte) => byte === 3)).toBe(true)
    }
    await new Promise((resolve) => setTimeout(resolve, 200))
    expect(nodes.map(({ seen }) => seen.messages.length)).toEqual([0, 2, 2, 2])
  })

  it('sends to one peer, and asks and answers over the extension protocol', async () => {
    const answer = new Uint8Array(700_000).fill(7)
    const nodes = await startAll(await members(3), {
      onExtRequest: async (_, type, payload) => {
        if (type === EXT_TYPE.cementVote) return new Uint8Array(0)
        if (payload[0] === 1) throw new ExtError(EXT_ERROR.notFound, 'no such window', 5)
        if (payload[0] === 2) throw new Error('a fault')
        return answer
      },
    })
    const [a, b] = nodes as [TestNode, TestNode]
    a.mesh.send(b.mesh.peerId, BASE_TYPE.vdfReveal, 1n, new Uint8Array(3381))
    await expect.poll(() => nodes.map(({ seen }) => seen.messages.length)).toEqual([0, 1, 0])
    const ask = (first: number) =>
      a.mesh.extRequest(b.mesh.peerId, EXT_TYPE.envelopeRange, new Uint8Array(14).fill(first, 0, 1))
    expect(Buffer.compare(await ask(0), answer)).toBe(0)
    await expect(ask(1)).rejects.toMatchObject({
      code: 'EXT_REMOTE',
      extCode: 1,
      retryAfterMs: 5,
      text: 'no such window',
    })
    await expect(ask(2)).rejects.toMatchObject({ code: 'EXT_REMOTE', extCode: EXT_ERROR.internal })
    await expect(a.mesh.extRequest('QmNobody', 0x84, new Uint8Array(14))).rejects.toMatchObject({
      code: 'NOT_CONNECTED',
    })
    expect(b.mesh.peers().find(({ peerId }) => peerId === a.mesh.peerId)?.score).toBe(0)
  })

  it('keeps within the limits of its peers when it is asked to hurry', async () => {
    const nodes = await startAll(await members(2))
    const [a, b] = nodes as [TestNode, TestNode]
    const requests = Array.from({ length: 10 }, () => a.mesh.extRequest(b.mesh.peerId, 0x84, new Uint8Array(14)))
    expect((await Promise.all(requests)).length).toBe(10)
    for (let window = 0n; window < 100n; window++) a.mesh.extBroadcast(EXT_TYPE.cementVote, new Uint8Array(3384))
    for (let window = 0n; window < 80n; window++) a.mesh.broadcast(BASE_TYPE.proposal, window, new Uint8Array(3722))
    await expect.poll(() => b.seen.ext.length, { timeout: 10_000 }).toBe(110)
    await expect.poll(() => b.seen.messages.length, { timeout: 10_000 }).toBe(80)
    expect(b.mesh.peers()[0]?.score).toBe(0)
  })
})

describe('comings and goings', () => {
  it('redials a peer that went away and came back, and counts it', async () => {
    const list = await members(3)
    const nodes = await startAll(list)
    const [a, b, c] = nodes as [TestNode, TestNode, TestNode]
    await c.mesh.stop()
    await expect.poll(() => [a, b].map(connectedPeers)).toEqual([1, 1])
    expect(a.seen.disconnected).toEqual(['n2'])
    await expect.poll(() => a.mesh.peers()[1]?.dialErrors, { timeout: 5_000 }).toBeGreaterThanOrEqual(2)
    await start(await testNode(list[2] as Member, manifestOf(list)))
    await expect.poll(() => [a, b].map(connectedPeers), { timeout: 5_000 }).toEqual([2, 2])
    expect(a.mesh.peers()[1]).toMatchObject({ label: 'n2', healthy: true })
    expect(a.mesh.peers()[1]?.closed).toBeGreaterThanOrEqual(1)
    await expect.poll(() => (a.mesh.peers()[1]?.ping.ok ?? 0) > 5).toBe(true)
  })

  it('stops within a second and leaves nothing behind', async () => {
    const before = process.getActiveResourcesInfo().sort()
    const nodes = await startAll(await members(3))
    for (const { mesh } of nodes) {
      const started = performance.now()
      await mesh.stop()
      expect(performance.now() - started).toBeLessThan(1_000)
    }
    await expect.poll(() => process.getActiveResourcesInfo().filter((kind) => kind.startsWith('TCP'))).toEqual([])
    await expect.poll(() => process.getActiveResourcesInfo().length).toBeLessThanOrEqual(before.length + 1)
  })

  it('can be stopped before it was started, twice, and while it dials nobody', async () => {
    const list = await members(2)
    const idle = await testNode(list[0] as Member, manifestOf(list))
    await idle.mesh.stop()
    const lonely = await start(await testNode(list[0] as Member, manifestOf(list)))
    await new Promise((resolve) => setTimeout(resolve, 100))
    await Promise.all([lonely.mesh.stop(), lonely.mesh.stop()])
    await expect(lonely.mesh.start()).rejects.toMatchObject({ code: 'MESH_STARTED' })
  })

  it('names flag, value and remedy when the port is in use', async () => {
    const list = await members(1)
    const [member] = list as [Member]
    const server = createServer()
    const port = Number(member.listen.split('/').at(-1))
    await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))
    const node = await testNode(member, manifestOf(list))
    await expect(node.mesh.start()).rejects.toMatchObject({
      exitCode: 78,
      field: '--listen',
      message: `--listen ${member.listen} is in use by another process`,
      remedy: expect.stringContaining('another port'),
    })
    await node.mesh.stop()
    await new Promise((resolve) => server.close(resolve))
  })
})

describe('who is let in', () => {
  it('refuses an identity outside the manifest of a closed mesh', async () => {
    const [a, stranger] = (await members(2)) as [Member, Member]
    const inside = await start(await testNode(a, manifestOf([a])))
    const outside = await start(await testNode(stranger, manifestOf([stranger, a])))
    await expect.poll(() => outside.mesh.peers()[0]?.dialErrors ?? 0, { timeout: 5_000 }).toBeGreaterThanOrEqual(1)
    expect([inside.seen.reached, inside.mesh.peers()]).toEqual([[], []])
  })

  it('takes a member of a closed mesh whose address is a placeholder, by its label, and does not dial it', async () => {
    const [a, nowhere] = (await members(2)) as [Member, Member]
    const manifest = manifestOf([a, { ...nowhere, listen: '/ip4/<address>/tcp/8444' }])
    const inside = await start(await testNode(a, manifest))
    expect(inside.mesh.peers()).toMatchObject([{ label: 'n1', connections: 0, awayCode: 'MANIFEST_ENTRY_INVALID' }])
    await start(await testNode(nowhere, manifest))
    await expect.poll(() => inside.seen.reached, { timeout: 5_000 }).toEqual(['n1'])
    expect(inside.mesh.peers()).toMatchObject([{ label: 'n1', peerId: nowhere.peerId, connections: 1, dialErrors: 0 }])
    expect(inside.logs.filter(({ code }) => code === 'MANIFEST_ENTRY_INVALID')).toHaveLength(1)
    expect(inside.mesh.peers()[0]?.awayCode).toBeUndefined()
  })

  it('takes a stranger into an open mesh and sums strangers up as other', async () => {
    const [a, stranger] = (await members(2)) as [Member, Member]
    const inside = await start(await testNode(a, manifestOf([a]), { closedMesh: false }))
    const outside = await start(await testNode(stranger, manifestOf([stranger, a])))
    await expect.poll(() => inside.mesh.peers()).toMatchObject([{ label: 'other', peerId: '', connections: 1 }])
    await expect.poll(() => inside.mesh.peers()[0]?.syncSource).toBe(true)
    await outside.mesh.stop()
    await expect.poll(() => inside.mesh.peers()[0]?.connections).toBe(0)
    expect(inside.mesh.peers()[0]).toMatchObject({ label: 'other', closed: 1 })
  })

  it('closes on a peer of another network, says so, and dials rarely', async () => {
    const list = (await members(2)) as [Member, Member]
    const manifest = manifestOf(list)
    const a = await start(await testNode(list[0], manifest))
    const genesisHash = new Uint8Array(32).fill(0xbb)
    const other = { ownStatus: () => ({ ...status(), genesisHash }) }
    await start(await testNode(list[1], manifest, { genesisHash }, other))
    await expect.poll(() => a.logs.some(({ code }) => code === 'WRONG_NETWORK'), { timeout: 5_000 }).toBe(true)
    expect(a.seen.statuses).toEqual([])
    expect(a.mesh.peers()[0]?.syncSource).toBe(false)
    await expect.poll(() => a.mesh.peers()[0]).toMatchObject({ connections: 0, awayCode: 'WRONG_NETWORK' })
  })

  it('dials an address with another identity behind it and does not talk to it', async () => {
    const [a, b, c] = (await members(3)) as [Member, Member, Member]
    await start(await testNode(b, manifestOf([b, a])))
    const confused = await start(await testNode(a, manifestOf([a, { ...c, listen: b.listen }])))
    await expect
      .poll(() => confused.logs.some(({ code }) => code === 'HS_PEER_MISMATCH'), { timeout: 5_000 })
      .toBe(true)
    const nothing = { hybrid: 0, pq: 0, none: 0 }
    expect(confused.mesh.peers()[0]).toMatchObject({ label: 'n1', connections: 0, handshakes: nothing })
    expect(confused.mesh.peers()[0]?.dialErrors).toBeGreaterThan(0)
    expect(confused.mesh.peers()[0]?.awayCode).toBe('HS_PEER_MISMATCH')
    const [line] = confused.logs.filter(({ code }) => code === 'HS_PEER_MISMATCH')
    expect(line?.remedy).toMatch(/^correct multiaddr or peer_id/)
  })

  it('is exchanged before it is due for whoever asks, and no more often than a peer takes it', async () => {
    const exchange = { ...QUICK.exchange, statusEveryMs: 60_000 }
    const nodes = await startAll(await members(2), {}, { limits: { ...QUICK, exchange } })
    const [a, b] = nodes as [TestNode, TestNode]
    const told = () => nodes.map(({ seen }) => seen.statuses.length)
    await expect.poll(() => told().every((count) => count > 0)).toBe(true)
    const first = told().map((count) => count + 1)
    await new Promise((resolve) => setTimeout(resolve, exchange.statusRefreshMs))
    for (let times = 0; times < 3; times++) a.mesh.refreshStatus(b.mesh.peerId)
    await expect.poll(told).toEqual(first)
    a.mesh.refreshStatus(b.mesh.peerId)
    a.mesh.refreshStatus('nobody')
    await new Promise((resolve) => setTimeout(resolve, exchange.statusRefreshMs / 2))
    expect(told()).toEqual(first)
  })

  it('reports a state that differs for the same window', async () => {
    const list = (await members(2)) as [Member, Member]
    const manifest = manifestOf(list)
    const a = await start(await testNode(list[0], manifest))
    const stateRoot = new Uint8Array(32).fill(1)
    await start(await testNode(list[1], manifest, {}, { ownStatus: () => ({ ...status(), stateRoot }) }))
    await expect.poll(() => a.mesh.peers()[0]?.stateDiverged, { timeout: 5_000 }).toBe(true)
    expect(a.logs.filter(({ code }) => code === 'STATE_DIVERGED').length).toBe(1)
    expect(a.mesh.peers()[0]?.connections).toBeGreaterThan(0)
  })
})

describe('faults above', () => {
  it('do not end connections below', async () => {
    const fault = () => {
      throw new Error('a fault of the node')
    }
    const nodes = await startAll(await members(2), { onMessage: fault, onStatus: fault, onPeerReached: fault })
    const [a, b] = nodes as [TestNode, TestNode]
    a.mesh.broadcast(BASE_TYPE.vdfReveal, 1n, new Uint8Array(3381))
    await expect.poll(() => b.logs.some(({ message }) => message === 'mesh handler failed')).toBe(true)
    await new Promise((resolve) => setTimeout(resolve, 100))
    expect(nodes.map(({ mesh }) => mesh.peers()[0]?.closed)).toEqual([0, 0])
  })
})
