import { byteStream } from '@libp2p/utils'
import { LIMITS, type Limits } from '@montana/transport'
import { afterEach, describe, expect, it } from 'vitest'
import { BASE_PROTOCOL, BASE_TYPE, decodeHeader, EXT_TYPE, encodeEnvelope } from '../src/index.js'
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
  startAll,
  stopAll,
  type TestNode,
  testNode,
} from './mesh-harness.js'

afterEach(stopAll)

const SENT = 'montana_messages_total'
const DROPPED = 'montana_outbound_dropped_total'
const draft = () => new Uint8Array(3726)
const vote = () => new Uint8Array(3384)
const registration = () => new Uint8Array(5344)
const times = (count: number, work: () => void) => {
  for (let index = 0; index < count; index++) work()
}
const received = ({ seen }: TestNode, type: number) => seen.ext.filter((message) => message.type === type).length

describe('a type that has to wait', () => {
  it('holds up no other: votes and reveals pass drafts beyond their rate', async () => {
    const [a, b] = (await startAll(await members(2))) as [TestNode, TestNode]
    times(20, () => a.mesh.extBroadcast(EXT_TYPE.draft, draft()))
    times(60, () => a.mesh.extBroadcast(EXT_TYPE.cementVote, vote()))
    times(20, () => a.mesh.broadcast(BASE_TYPE.vdfReveal, 1n, new Uint8Array(3381)))
    await expect.poll(() => received(b, EXT_TYPE.cementVote), { timeout: 5_000 }).toBe(60)
    await expect.poll(() => b.seen.messages.length, { timeout: 5_000 }).toBe(20)
    expect(received(b, EXT_TYPE.draft)).toBeLessThan(20)
    expect(b.mesh.peers()[0]?.score).toBe(0)
  })

  it('is sync that nobody answers: more than a connection carries, and still votes pass and nothing fails', async () => {
    const answer = Promise.withResolvers<void>()
    const [a, b] = (await startAll(await members(2), {
      onExtRequest: async (_, type) => {
        if (type !== EXT_TYPE.cementVote && type !== EXT_TYPE.propose) await answer.promise
        return new Uint8Array(0)
      },
    })) as [TestNode, TestNode]
    const asked = [...LIMITS.ext].flatMap(([type, { minBytes, inFlight }]) =>
      type === EXT_TYPE.status || type === EXT_TYPE.cementVote || type === EXT_TYPE.propose
        ? []
        : Array.from({ length: inFlight }, () => a.mesh.extRequest(b.mesh.peerId, type, new Uint8Array(minBytes))),
    )
    // Taken at once: what is beyond the share of one peer is refused before the others are looked at.
    const settled = Promise.allSettled(asked)
    times(40, () => a.mesh.extBroadcast(EXT_TYPE.cementVote, vote()))
    times(10, () => a.mesh.extSend(b.mesh.peerId, EXT_TYPE.propose, new Uint8Array(3385)))
    const acknowledged = () =>
      ['0x8e', '0x8c'].map((type) => a.counted(SENT, { direction: 'sent', type, result: 'ok' }))
    await expect.poll(acknowledged, { timeout: 5_000 }).toEqual([40, 10])
    answer.resolve()
    const outcomes = await settled
    const busy = { status: 'rejected', reason: { extCode: 3 } }
    for (const outcome of outcomes) if (outcome.status === 'rejected') expect(outcome).toMatchObject(busy)
    // Four sync answers, half of the places, and two drafts.
    expect(outcomes.filter(({ status }) => status === 'fulfilled').length).toBeGreaterThanOrEqual(6)
  })
})

describe('what is not delivered', () => {
  it('is counted: refused by the peer, dropped from a full queue, and left over when the peer goes', async () => {
    const caps = { ...QUICK.caps, queueMessages: 10 }
    const [a, b] = (await startAll(await members(2), {}, { limits: { ...QUICK, caps } })) as [TestNode, TestNode]
    times(40, () => a.mesh.extSend(b.mesh.peerId, EXT_TYPE.draft, draft()))
    expect(a.counted(DROPPED, { type: '0x8a' })).toBe(30)
    await expect.poll(() => received(b, EXT_TYPE.draft), { timeout: 5_000 }).toBeGreaterThanOrEqual(7)
    await b.mesh.stop()
    const ended = () => a.counted(DROPPED, { type: '0x8a' }) + a.counted(SENT, { direction: 'sent', type: '0x8a' })
    await expect.poll(ended, { timeout: 5_000 }).toBe(40)
    expect(a.counted(DROPPED, { type: '0x8a' })).toBeGreaterThan(30)
  })

  it('is counted: answered with an Error', async () => {
    const [a, b] = (await startAll(await members(2), {
      onExtRequest: async () => {
        throw new Error('a fault')
      },
    })) as [TestNode, TestNode]
    a.mesh.extSend(b.mesh.peerId, EXT_TYPE.cementVote, vote())
    await expect.poll(() => a.counted(SENT, { direction: 'sent', type: '0x8e', result: 'EXT_REMOTE' })).toBe(1)
  })

  it('is refused here: a length or a type that no peer takes', async () => {
    const [a, b] = (await startAll(await members(2))) as [TestNode, TestNode]
    const { peerId } = b.mesh
    for (const length of [3383, 3385]) {
      const payload = new Uint8Array(length)
      expect(() => a.mesh.extBroadcast(EXT_TYPE.cementVote, payload)).toThrow(RangeError)
      expect(() => a.mesh.extSend(peerId, EXT_TYPE.cementVote, payload)).toThrow(RangeError)
    }
    expect(() => a.mesh.extBroadcast(0x9e, new Uint8Array(45))).toThrow(RangeError)
    expect(() => a.mesh.broadcast(0x05, 1n, new Uint8Array(0))).toThrow(RangeError)
    a.mesh.extSend('QmNobody', EXT_TYPE.cementVote, vote())
  })
})

describe('one peer', () => {
  it('alone gets what is sent to it', async () => {
    const [a, b, c] = (await startAll(await members(3))) as [TestNode, TestNode, TestNode]
    a.mesh.extSend(b.mesh.peerId, EXT_TYPE.cementVote, vote())
    a.mesh.extBroadcast(EXT_TYPE.propose, new Uint8Array(3385))
    await expect.poll(() => [b, c].map(({ seen }) => seen.ext.length)).toEqual([2, 1])
  })
})

describe('a peer that does not speak the extension protocol', () => {
  it('is skipped, and is sent no NodeRegistration', async () => {
    const list = (await members(2)) as [Member, Member]
    const peer = await rawPeer(list[1])
    const types: number[] = []
    await peer.handle(BASE_PROTOCOL, async (stream) => {
      const { type, requestId } = decodeHeader((await byteStream(stream).read({ bytes: 14 })).slice())
      types.push(type)
      stream.send(encodeEnvelope({ type: BASE_TYPE.pong, requestId, payload: new Uint8Array(0) }))
      await stream.close()
    })
    const node = await start(await testNode(list[0], manifestOf(list)))
    const refused = () => node.counted(SENT, { direction: 'sent', type: '0x80', result: 'EXT_UNSUPPORTED' })
    await expect.poll(refused, { timeout: 5_000 }).toBeGreaterThan(0)
    node.mesh.extBroadcast(EXT_TYPE.draft, draft())
    node.mesh.extSend(list[1].peerId, EXT_TYPE.cementVote, vote())
    node.mesh.broadcast(BASE_TYPE.nodeRegistration, 0n, registration())
    node.mesh.broadcast(BASE_TYPE.vdfReveal, 1n, new Uint8Array(3381))
    await expect.poll(() => types.includes(BASE_TYPE.vdfReveal)).toBe(true)
    expect(types).not.toContain(BASE_TYPE.nodeRegistration)
    expect(node.counted(SENT, { direction: 'sent', type: '0x8a' })).toBe(0)
    expect(node.counted(SENT, { direction: 'sent', type: '0x8e' })).toBe(0)
    await expect(node.mesh.extRequest(list[1].peerId, EXT_TYPE.object, new Uint8Array(33))).rejects.toMatchObject({
      code: 'EXT_UNSUPPORTED',
    })
    await peer.stop()
  })
})

describe('NodeRegistration', () => {
  it('goes to the peers of the manifest and to no stranger', async () => {
    const list = (await members(3)) as [Member, Member, Member]
    const [own, other] = list
    const options = { closedMesh: false }
    const known = manifestOf([own, other])
    const [a, b] = [
      await start(await testNode(own, known, options)),
      await start(await testNode(other, known, options)),
    ]
    const stranger = await start(await testNode(list[2], manifestOf(list), options))
    await expect.poll(() => [a, b, stranger].map(connectedPeers), { timeout: 5_000 }).toEqual([2, 2, 2])
    a.mesh.broadcast(BASE_TYPE.nodeRegistration, 0n, registration())
    a.mesh.send(stranger.mesh.peerId, BASE_TYPE.nodeRegistration, 0n, registration())
    a.mesh.broadcast(BASE_TYPE.vdfReveal, 1n, new Uint8Array(3381))
    const typesOf = ({ seen }: TestNode) => seen.messages.map(({ type }) => type).sort()
    await expect.poll(() => typesOf(b)).toEqual([BASE_TYPE.nodeRegistration, BASE_TYPE.vdfReveal])
    await expect.poll(() => typesOf(stranger)).toEqual([BASE_TYPE.vdfReveal])
  })

  it('has one size', async () => {
    const list = (await members(2)) as [Member, Member]
    const limits: Limits = { ...LIMITS, redial: { ...LIMITS.redial, firstSpreadMs: 3_600_000 } }
    const node = await start(await testNode(list[0], manifestOf(list), { limits }))
    const peer = await rawPeer(list[1])
    await dial(peer, list[0])
    const send = (length: number) => {
      const payload = new Uint8Array(length)
      return exchangeRaw(peer, list[0], BASE_PROTOCOL, encodeEnvelope({ type: 0x10, requestId: 3n, payload }))
    }
    expect([await send(5343), await send(5345)]).toEqual(['reset', 'reset'])
    expect((await send(5344)).length).toBe(14)
    expect(node.seen.messages.map(({ type, payload }) => [type, payload.length])).toEqual([[0x10, 5344]])
    await peer.stop()
  })
})
