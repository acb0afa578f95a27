import type { ConnectionGater, Libp2p } from '@libp2p/interface'
import { LIMITS, type Limits } from '@montana/transport'
import { afterEach, describe, expect, it, onTestFinished } from 'vitest'
import { BASE_PROTOCOL, encodeEnvelope } from '../src/index.js'
import { RefusedSources } from '../src/mesh/refused-sources.js'
import {
  connectedPeers,
  dial,
  exchangeRaw,
  type Member,
  manifestOf,
  members,
  QUICK,
  rawPeer,
  start,
  stopAll,
  type TestNode,
  testNode,
} from './mesh-harness.js'
import { HEADER, knock, lazyHello, line, STRANGER } from './stranger.js'

afterEach(stopAll)

/** A line without its end: no negotiation survives it. */
const NONSENSE = Buffer.from('\x02AA', 'latin1')

const admission = (change: Partial<Limits['admission']>): Limits => ({
  ...QUICK,
  admission: { ...QUICK.admission, ...change },
})

/** The node under test, alone, and a member of its manifest that is not there. */
async function alone(limits: Limits = QUICK): Promise<{ node: TestNode; list: [Member, Member] }> {
  const list = (await members(2)) as [Member, Member]
  return { node: await start(await testNode(list[0], manifestOf(list), { limits })), list }
}

async function running(member: Member): Promise<Libp2p> {
  const peer = await rawPeer(member)
  onTestFinished(async () => void (await peer.stop()))
  return peer
}

const refused = ({ counted }: TestNode, reason: string, lane = 'stranger') =>
  counted('montana_handshake_refused_total', { reason, lane })

describe('gate 1', () => {
  it('refuses a source whose handshakes fail five times, and nobody else', async () => {
    const { node, list } = await alone()
    for (let index = 0; index < 5; index++) {
      const one = knock(list[0], NONSENSE)
      await expect.poll(one.isClosed).toBe(true)
    }
    const sixth = knock(list[0], lazyHello())
    await expect.poll(sixth.isClosed).toBe(true)
    expect(sixth.received()).toHaveLength(0)
    expect(refused(node, 'refused_ip')).toBe(1)
    expect(node.logs.filter(({ code }) => code === 'HS_THROTTLED')).toHaveLength(1)
    const other = knock(list[0], lazyHello(), '127.0.0.98')
    await expect.poll(other.isAnswered).toBe(true)
    for (let index = 0; index < 6; index++) {
      const fromManifest = knock(list[0], NONSENSE, '127.0.0.1')
      await expect.poll(fromManifest.isClosed).toBe(true)
    }
    await start(await testNode(list[1], manifestOf(list)))
    await expect.poll(() => connectedPeers(node)).toBe(1)
  })

  it('closes the connections of a refused source before js-libp2p has heard of them', async () => {
    const [member] = (await members(1)) as [Member]
    const heard: string[] = []
    const gater: ConnectionGater = {
      denyInboundConnection: ({ remoteAddr }) => {
        heard.push(remoteAddr.toString())
        return true
      },
    }
    const peer = await rawPeer(member, { gater, refused: new RefusedSources((address) => address === STRANGER) })
    onTestFinished(async () => void (await peer.stop()))
    const knocks = [knock(member, HEADER), knock(member, HEADER, '127.0.0.98')]
    await expect.poll(() => knocks.every(({ isClosed }) => isClosed())).toBe(true)
    expect(heard.map((address) => address.split('/')[2])).toEqual(['127.0.0.98'])
  })

  it('lets eight handshakes of a source wait at once, and no more', async () => {
    const { node, list } = await alone()
    const waiting = Array.from({ length: 8 }, () => knock(list[0], HEADER))
    await expect.poll(() => waiting.every(({ received }) => received().length > 0)).toBe(true)
    const ninth = knock(list[0], HEADER)
    await expect.poll(ninth.isClosed).toBe(true)
    expect(ninth.received()).toHaveLength(0)
    expect(refused(node, 'pending_ip')).toBe(1)
    expect(waiting.some(({ isClosed }) => isClosed())).toBe(false)
  })

  it('bounds the connections of an address', async () => {
    const { node, list } = await alone({ ...QUICK, caps: { ...QUICK.caps, connectionsPerIp: 3 } })
    const peer = await running(list[1])
    await expect.poll(() => connectedPeers(node)).toBe(1)
    const open = () => node.mesh.peers()[0]?.connections ?? 0
    for (let before = open(); before < 3; before = open()) {
      await dial(peer, list[0])
      await expect.poll(open).toBeGreaterThan(before)
    }
    await expect(dial(peer, list[0])).rejects.toThrow()
    expect(refused(node, 'connections_ip', 'manifest')).toBe(1)
  })
})

describe('gate 2', () => {
  it('ends a negotiation of nine lines, and one of more than 1024 bytes', async () => {
    const { node, list } = await alone()
    const lines = knock(list[0], Buffer.concat([HEADER, ...Array.from({ length: 8 }, () => line('/nothing/1'))]))
    await expect.poll(lines.isClosed).toBe(true)
    expect(refused(node, 'negotiation_lines')).toBe(1)
    const bytes = knock(list[0], Buffer.concat([HEADER, Buffer.of(0xff, 0x07), new Uint8Array(1010)]))
    await expect.poll(bytes.isClosed).toBe(true)
    expect(refused(node, 'negotiation_bytes')).toBe(1)
  })

  it('answers six unknown protocols with na and then agrees', async () => {
    const { list } = await alone()
    const six = Array.from({ length: 6 }, () => line('/nothing/1'))
    const one = knock(list[0], Buffer.concat([HEADER, ...six, lazyHello().subarray(HEADER.length)]))
    await expect.poll(one.isAnswered).toBe(true)
    expect(one.received().toString('latin1').split('\x03na\n')).toHaveLength(7)
  })

  it('ends a negotiation that takes too long, not the handshake behind it', async () => {
    const { node, list } = await alone(admission({ negotiation: { ...LIMITS.admission.negotiation, ms: 300 } }))
    const silent = knock(list[0], HEADER)
    const agreed = knock(list[0], lazyHello().subarray(0, 100))
    await expect.poll(silent.isClosed).toBe(true)
    expect(refused(node, 'negotiation_time')).toBe(1)
    await new Promise((resolve) => setTimeout(resolve, 400))
    expect(agreed.isClosed()).toBe(false)
    agreed.socket.write(lazyHello().subarray(100))
    await expect.poll(agreed.isAnswered).toBe(true)
  })
})

describe('gate 3', () => {
  const permitWaitMs = 200

  it('signs for two handshakes of a stranger at once, and for the next when one has ended', async () => {
    const { node, list } = await alone(admission({ permitWaitMs }))
    const signatures = () => node.counted('montana_handshake_signatures_total', { lane: 'stranger' })
    const first = [knock(list[0], lazyHello()), knock(list[0], lazyHello())] as const
    await expect.poll(() => first.every(({ isAnswered }) => isAnswered())).toBe(true)
    const third = knock(list[0], lazyHello())
    await expect.poll(third.isClosed).toBe(true)
    expect([third.isAnswered(), refused(node, 'permit_ip'), signatures()]).toEqual([false, 1, 2])
    first[0].socket.destroy()
    const fourth = knock(list[0], lazyHello())
    await expect.poll(fourth.isAnswered).toBe(true)
    expect(node.counted('montana_handshake_permits_total', { lane: 'stranger' })).toBe(3)
    expect(signatures()).toBe(3)
  })

  it('asks for a permit after a complete first message only', async () => {
    const { node, list } = await alone()
    const hello = lazyHello()
    const one = knock(list[0], hello.subarray(0, hello.length - 1))
    await expect.poll(() => one.received().length).toBeGreaterThan(0)
    await new Promise((resolve) => setTimeout(resolve, 200))
    expect(node.counted('montana_handshake_permits_total', {})).toBe(0)
    one.socket.write(hello.subarray(hello.length - 1))
    await expect.poll(one.isAnswered).toBe(true)
    expect(node.counted('montana_handshake_permits_total', {})).toBe(1)
  })

  it('leaves the manifest its own permits when strangers hold all of theirs', async () => {
    const { node, list } = await alone()
    const sources = ['127.0.0.91', '127.0.0.92', STRANGER, '127.0.0.93']
    const flood = sources.map((from) => knock(list[0], lazyHello(), from))
    await expect.poll(() => flood.filter(({ isAnswered }) => isAnswered()).length).toBe(4)
    const peer = await running(list[1])
    const startedMs = performance.now()
    await dial(peer, list[0])
    expect(performance.now() - startedMs).toBeLessThan(2_000)
    expect(flood.some(({ isClosed }) => isClosed())).toBe(false)
    const manifest = (name: string) => node.counted(`montana_handshake_${name}_total`, { lane: 'manifest' })
    const inbound = { direction: 'inbound', result: 'ok' }
    await expect.poll(() => node.counted('montana_handshakes_total', inbound)).toBe(1)
    expect([manifest('permits'), manifest('signatures')]).toEqual([1, 1])
  })
})

describe('an open mesh', () => {
  it('keeps as many connections of strangers as it may, dials none back, and asks none before its Status', async () => {
    const [own, ...strangers] = (await members(4)) as [Member, Member, Member, Member]
    const limits = { ...QUICK, caps: { ...QUICK.caps, strangers: 2 } }
    const node = await start(await testNode(own, manifestOf([own]), { closedMesh: false, limits }))
    const peers = await Promise.all(strangers.map(running))
    await dial(peers[0] as Libp2p, own)
    await dial(peers[1] as Libp2p, own)
    await expect.poll(() => node.mesh.peers()[0]?.connections).toBe(2)
    await dial(peers[2] as Libp2p, own).catch(() => {})
    await expect.poll(() => peers[2]?.getConnections().length).toBe(0)
    expect(node.mesh.peers()[0]).toMatchObject({ label: 'other', connections: 2, syncSource: false })
    for (const connection of peers[0]?.getConnections() ?? []) await connection.close()
    await expect.poll(() => node.mesh.peers()[0]?.connections).toBe(1)
    expect(node.counted('montana_dials_total', {})).toBe(0)
  })

  /** A stranger that connects, does `work` and leaves, as often as there is work. */
  async function visits(works: ReadonlyArray<(peer: Libp2p, own: Member) => Promise<void>>): Promise<TestNode> {
    const [own, stranger] = (await members(2)) as [Member, Member]
    const node = await start(await testNode(own, manifestOf([own]), { closedMesh: false, limits: QUICK }))
    const peer = await running(stranger)
    for (const work of works) {
      await dial(peer, own)
      await expect.poll(() => node.mesh.peers()[0]?.connections).toBe(1)
      await work(peer, own)
      for (const connection of peer.getConnections()) await connection.close()
      await expect.poll(() => node.mesh.peers()[0]?.connections).toBe(0)
    }
    return node
  }

  it('bans a stranger that leaves before it has a hundred points and comes again', async () => {
    const unassigned = encodeEnvelope({ type: 0x05, requestId: 1n, payload: new Uint8Array(0) })
    const offend = (times: number) => async (peer: Libp2p, own: Member) => {
      for (let index = 0; index < times; index++) {
        await exchangeRaw(peer, own, BASE_PROTOCOL, unassigned).catch(() => 'reset')
      }
    }
    const node = await visits([offend(6)])
    expect(Math.round(node.mesh.peers()[0]?.score ?? 0)).toBe(60)
    const banned = await visits([offend(6), offend(6)])
    expect(banned.counted('montana_bans_total', {})).toBe(1)
  })

  it('gives a stranger no new burst because it comes again', async () => {
    const request = encodeEnvelope({ type: 0x40, requestId: 1n, payload: new Uint8Array(16) })
    const answers: boolean[] = []
    const ask = async (peer: Libp2p, own: Member) => {
      for (let index = 0; index < 2; index++) {
        answers.push((await exchangeRaw(peer, own, BASE_PROTOCOL, request)) !== 'reset')
      }
    }
    await visits([ask, ask])
    expect(answers).toEqual([true, true, true, false])
  })
})
