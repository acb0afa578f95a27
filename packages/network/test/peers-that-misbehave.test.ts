import type { Libp2p } from '@libp2p/interface'
import { byteStream } from '@libp2p/utils'
import { LIMITS } from '@montana/transport'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { BASE_PROTOCOL, BASE_TYPE, decodeHeader, EXT_PROTOCOL, encodeEnvelope, encodeStatus } from '../src/index.js'
import {
  dial,
  exchangeRaw,
  type Member,
  manifestOf,
  members,
  QUICK,
  rawPeer,
  status,
  type TestNode,
  testNode,
} from './mesh-harness.js'

/** The node under test is n0; n1 is an authenticated peer that the test speaks for. */
let node: TestNode
let list: [Member, Member]
let peer: Libp2p

const seenPeer = () => node.mesh.peers()[0]

async function begin(limits = { ...LIMITS, redial: { ...LIMITS.redial, firstSpreadMs: 3_600_000 } }): Promise<void> {
  list = (await members(2)) as [Member, Member]
  node = await testNode(list[0], manifestOf(list), { limits })
  await node.mesh.start()
  peer = await rawPeer(list[1])
}

afterEach(async () => {
  await node.mesh.stop()
  await peer.stop()
})

const send = (protocol: string, bytes: Uint8Array) => exchangeRaw(peer, list[0], protocol, bytes)
const envelope = (type: number, payload: Uint8Array = new Uint8Array(0), requestId = 1n) =>
  encodeEnvelope({ type, requestId, payload })
const isPong = (answer: Uint8Array | 'reset') =>
  answer !== 'reset' && answer.length === 14 && decodeHeader(answer).type === BASE_TYPE.pong

describe('base protocol', () => {
  beforeEach(async () => {
    await begin()
    await dial(peer, list[0])
  })

  it('acknowledges every assigned type within its bounds, and hands up only what is used', async () => {
    const bundled = new Uint8Array(3385)
    const payloads: Array<[number, Uint8Array]> = [...LIMITS.base].map(([type, { minBytes }]) => [
      type,
      type === 0x20 ? bundled : new Uint8Array(minBytes),
    ])
    for (const [type, payload] of payloads) {
      const answer = await send(BASE_PROTOCOL, envelope(type, payload, 77n))
      expect([type, isPong(answer)]).toEqual([type, true])
      expect(decodeHeader(answer as Uint8Array).requestId).toBe(77n)
    }
    const types = node.seen.messages.map(({ type }) => type).sort((a, b) => a - b)
    expect(types).toEqual([0x01, 0x03, 0x04, 0x10, 0x20, 0x21, 0x22, 0x40])
    expect(seenPeer()?.score).toBe(0)
  })

  it('answers before the remote has closed its side', async () => {
    expect(isPong(await send(BASE_PROTOCOL, envelope(0x21, new Uint8Array(3381))))).toBe(true)
  })

  it('resets without an answer what is malformed, keeps the connection, and scores it', async () => {
    const header = (change: (bytes: Uint8Array) => void) => {
      const bytes = envelope(0x22, new Uint8Array(0))
      change(bytes)
      return bytes
    }
    const length = (value: number) => header((bytes) => new DataView(bytes.buffer).setUint32(10, value, true))
    const wrongCounts = new Uint8Array(3385)
    wrongCounts[72] = 1
    const cases: Array<[string, Uint8Array, number]> = [
      ['payload_length 1 048 577', length(1_048_577), 20],
      ['an unassigned type', envelope(0x05), 10],
      ['another version', header((bytes) => bytes.fill(2, 1, 2)), 10],
      ['a payload too short for its type', envelope(0x21, new Uint8Array(3380)), 10],
      ['a payload too long for its type', envelope(0x21, new Uint8Array(3382)), 10],
      ['a proposal between notice and envelope', envelope(0x22, new Uint8Array(3724)), 10],
      ['counts that do not match', envelope(0x20, wrongCounts), 10],
      ['surplus bytes', new Uint8Array([...envelope(0xf0), 1]), 10],
    ]
    for (const [name, bytes, points] of cases) {
      const before = seenPeer()?.score ?? 0
      expect([name, await send(BASE_PROTOCOL, bytes)]).toEqual([name, 'reset'])
      await expect.poll(() => Math.round((seenPeer()?.score ?? 0) - before), { message: name }).toBe(points)
    }
    expect(seenPeer()?.connections).toBe(1)
    expect(node.seen.messages).toEqual([])
  })

  it('bans at a hundred points and refuses the identity from then on', async () => {
    for (let index = 0; index < 11; index++) await send(BASE_PROTOCOL, envelope(0x05)).catch(() => 'reset')
    await expect.poll(() => seenPeer()?.connections).toBe(0)
    expect(node.logs.some(({ message }) => message === 'peer banned for a time')).toBe(true)
    await expect(dial(peer, list[0])).rejects.toThrow()
  })

  it('resets what exceeds a rate, once it scores, and goes on with the rest', async () => {
    const request = envelope(0x40, new Uint8Array(16))
    const answers = []
    for (let index = 0; index < 5; index++) answers.push(isPong(await send(BASE_PROTOCOL, request)))
    expect(answers).toEqual([true, true, true, false, false])
    expect(Math.round(seenPeer()?.score ?? 0)).toBe(5)
    expect(isPong(await send(BASE_PROTOCOL, envelope(0xf0)))).toBe(true)
  })

  it('takes 101 streams at once without harm to the connection', async () => {
    const requests = Array.from({ length: 101 }, () => send(BASE_PROTOCOL, envelope(0x21, new Uint8Array(3381))))
    const answers = await Promise.all(requests.map((request) => request.catch(() => 'reset' as const)))
    expect(answers.filter(isPong).length).toBeGreaterThanOrEqual(16)
    expect(node.seen.messages.length).toBe(answers.filter(isPong).length)
    expect(seenPeer()?.connections).toBe(1)
  })

  it('waits for memory before it reads, and refuses when none comes', async () => {
    await node.mesh.stop()
    await peer.stop()
    const caps = { ...LIMITS.caps, inboundBytesPerPeer: 4_000, inboundWaitMs: 200 }
    await begin({ ...LIMITS, caps, redial: { ...LIMITS.redial, firstSpreadMs: 3_600_000 } })
    const connection = await dial(peer, list[0])
    const holder = await connection.newStream([BASE_PROTOCOL])
    holder.send(envelope(0x21, new Uint8Array(3381)).subarray(0, 100))
    await new Promise((resolve) => setTimeout(resolve, 50))
    expect(await send(BASE_PROTOCOL, envelope(0x21, new Uint8Array(3381)))).toBe('reset')
    holder.abort(new Error('done'))
    await expect.poll(async () => isPong(await send(BASE_PROTOCOL, envelope(0x21, new Uint8Array(3381))))).toBe(true)
  })
})

describe('extension protocol', () => {
  beforeEach(async () => {
    await begin()
    await dial(peer, list[0])
  })

  const answerOf = async (bytes: Uint8Array) => {
    const answer = await send(EXT_PROTOCOL, bytes)
    return answer === 'reset' ? 'reset' : [decodeHeader(answer.subarray(0, 14)).type, answer[14]]
  }

  it('answers Status with Status', async () => {
    const answer = await send(EXT_PROTOCOL, envelope(0x80, encodeStatus(status()), 9n))
    expect(decodeHeader((answer as Uint8Array).subarray(0, 14))).toMatchObject({ type: 0x81, requestId: 9n })
    expect(node.seen.statuses).toEqual([{ from: 'n1', window: 1 }])
  })

  it('answers a type that is not assigned with Error 6 and a score', async () => {
    expect(seenPeer()?.score).toBe(0)
    expect(await answerOf(envelope(0x9e))).toEqual([0x9f, 6])
    expect(Math.round(seenPeer()?.score ?? 0)).toBe(10)
  })

  it('answers Error 7 to a request of a megabyte without wanting the megabyte', async () => {
    expect(await answerOf(envelope(0x92, new Uint8Array(1_000_000)))).toEqual([0x9f, 7])
    expect(isPong(await send(BASE_PROTOCOL, envelope(0xf0)))).toBe(true)
  })

  it('answers what is malformed with Error 7', async () => {
    expect(await answerOf(envelope(0x80, new Uint8Array(124)))).toEqual([0x9f, 7])
    expect(await answerOf(envelope(0x80, new Uint8Array(189).fill(0xff)))).toEqual([0x9f, 7])
    expect(await answerOf(envelope(0x8e, new Uint8Array(3383)))).toEqual([0x9f, 7])
    expect(node.seen.ext).toEqual([])
    expect(Math.round(seenPeer()?.score ?? 0)).toBe(30)
  })

  it('resets an answer nobody asked for, and a type of the other protocol', async () => {
    expect(await answerOf(envelope(0x81, encodeStatus(status())))).toBe('reset')
    expect(await answerOf(envelope(0x22, new Uint8Array(3722)))).toBe('reset')
    expect(Math.round(seenPeer()?.score ?? 0)).toBe(30)
  })

  it('answers Error 4 beyond the rate', async () => {
    const answers = []
    for (let index = 0; index < 5; index++) answers.push(await answerOf(envelope(0x80, encodeStatus(status()))))
    expect(answers.slice(3)).toEqual([
      [0x9f, 4],
      [0x9f, 4],
    ])
  })
})

describe('a base peer', () => {
  it('gets messages and pings, no extension traffic after its na, and no farewell', async () => {
    await begin({ ...QUICK, redial: { ...QUICK.redial, firstSpreadMs: 10 } })
    const received: number[] = []
    await peer.handle(BASE_PROTOCOL, async (stream) => {
      const header = decodeHeader((await byteStream(stream).read({ bytes: 14 })).slice())
      received.push(header.type)
      stream.send(envelope(BASE_TYPE.pong, new Uint8Array(0), header.requestId))
      await stream.close()
    })
    await expect.poll(() => seenPeer()?.ping.ok ?? 0, { timeout: 5_000 }).toBeGreaterThan(2)
    await expect(node.mesh.extRequest(list[1].peerId, 0x84, new Uint8Array(14))).rejects.toMatchObject({
      code: 'EXT_UNSUPPORTED',
    })
    node.mesh.broadcast(BASE_TYPE.vdfReveal, 3n, new Uint8Array(3381))
    await expect.poll(() => received.includes(0x21)).toBe(true)
    expect(seenPeer()).toMatchObject({ ext: false, healthy: true, syncSource: false })
    await node.mesh.stop()
    expect(received).not.toContain(BASE_TYPE.bye)
  })
})

describe('a peer that says nothing', () => {
  const heartbeat = { ...LIMITS.heartbeat, intervalMs: 100, timeoutMs: 80 }

  it('is unhealthy after three missed pings, disconnected after six, and dialled again', async () => {
    await begin({ ...QUICK, heartbeat, redial: { ...QUICK.redial, firstSpreadMs: 10 } })
    await peer.handle(BASE_PROTOCOL, () => {})
    const unhealthyAt = () => node.logs.findIndex(({ message }) => message === 'peer unhealthy')
    await expect.poll(unhealthyAt, { timeout: 5_000 }).toBeGreaterThanOrEqual(0)
    await expect.poll(() => node.seen.disconnected.length, { timeout: 5_000 }).toBeGreaterThanOrEqual(1)
    const ping = seenPeer()?.ping ?? { sent: 0, ok: 0, timeout: 0, failed: 0 }
    expect(ping.timeout).toBeGreaterThanOrEqual(6)
    expect(ping.ok).toBe(0)
    expect(ping.sent - ping.timeout - ping.failed).toBeLessThanOrEqual(1)
    await expect.poll(() => node.seen.reached.length, { timeout: 5_000 }).toBeGreaterThanOrEqual(2)
  })

  it('loses only the silent connection while another one answers', async () => {
    await begin({ ...QUICK, heartbeat, redial: { ...QUICK.redial, firstSpreadMs: 3_600_000 } })
    const [first, second] = [await dial(peer, list[0]), await dial(peer, list[0])]
    await peer.handle(BASE_PROTOCOL, async (stream, connection) => {
      if (connection.id !== first.id) return
      const header = decodeHeader((await byteStream(stream).read({ bytes: 14 })).slice())
      stream.send(envelope(BASE_TYPE.pong, new Uint8Array(0), header.requestId))
      await stream.close()
    })
    await expect.poll(() => seenPeer()?.connections, { timeout: 5_000 }).toBe(2)
    await expect.poll(() => seenPeer()?.closed, { timeout: 5_000 }).toBe(1)
    expect([first.status, seenPeer()?.connections, node.seen.disconnected]).toEqual(['open', 1, []])
    await expect.poll(() => second.status).not.toBe('open')
  })

  it('does not hold up a stop', async () => {
    await begin({ ...QUICK, redial: { ...QUICK.redial, firstSpreadMs: 10 } })
    await peer.handle(BASE_PROTOCOL, () => {})
    await peer.handle(EXT_PROTOCOL, () => {})
    await expect.poll(() => seenPeer()?.connections, { timeout: 5_000 }).toBe(1)
    for (let window = 0n; window < 300n; window++)
      node.mesh.broadcast(BASE_TYPE.proposal, window, new Uint8Array(60_000))
    const started = performance.now()
    await node.mesh.stop()
    expect(performance.now() - started).toBeLessThan(1_000)
    expect(node.logs.some(({ code }) => code === 'QUEUE_FULL')).toBe(true)
  })
})

describe('a wrong Pong', () => {
  it('is a failed ping and a score', async () => {
    await begin({ ...QUICK, redial: { ...QUICK.redial, firstSpreadMs: 10 } })
    await peer.handle(BASE_PROTOCOL, async (stream) => {
      await byteStream(stream).read({ bytes: 14 })
      stream.send(envelope(BASE_TYPE.pong, new Uint8Array(0), 999_999n))
      await stream.close()
    })
    await expect.poll(() => seenPeer()?.ping.failed ?? 0, { timeout: 5_000 }).toBeGreaterThanOrEqual(1)
    await expect.poll(() => seenPeer()?.score ?? 0).toBeGreaterThanOrEqual(9)
  })
})
