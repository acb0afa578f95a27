import { LIMITS, type Limits } from '@montana/transport'
import { afterEach, describe, expect, it } from 'vitest'
import { decodeExtError } from '../src/ext/error-answer.js'
import {
  decodeCandidateProofRequest,
  decodeCertificateRequest,
  decodeCertificateResponse,
  decodeEvidence,
  decodeHeader,
  decodeObjectRequest,
  decodeTimechainProofRequest,
  decodeVoteSetRequest,
  decodeVoteSetResponse,
  EVIDENCE_KIND,
  EXT_ERROR,
  EXT_PROTOCOL,
  EXT_TYPE,
  ExtError,
  encodeCandidateProofRequest,
  encodeCertificateRequest,
  encodeCertificateResponse,
  encodeEnvelope,
  encodeEvidence,
  encodeObjectRequest,
  encodeTimechainProofRequest,
  encodeVoteSetRequest,
  encodeVoteSetResponse,
  type MeshHandlers,
  OBJECT_KIND,
  VOTE_KIND,
} from '../src/index.js'
import {
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

const bytes = (length: number, fill = 1) => new Uint8Array(length).fill(fill)
const ACK = new Uint8Array(0)
const pair = async (handlers: Partial<MeshHandlers> = {}, limits: Limits = QUICK) =>
  (await startAll(await members(2), handlers, { limits })) as [TestNode, TestNode]
const ask = ([a, b]: readonly [TestNode, TestNode], type: number, payload: Uint8Array) =>
  a.mesh.extRequest(b.mesh.peerId, type, payload)

/** What each request looks like, and what a peer answers to it. */
const REQUESTS: Readonly<Record<string, readonly [number, Uint8Array, Uint8Array]>> = {
  timechainProof: [
    EXT_TYPE.timechainProof,
    encodeTimechainProofRequest({ fromWindow: 4, count: 32, maxSegments: 256 }),
    bytes(262_144, 2),
  ],
  draft: [EXT_TYPE.draft, bytes(1_048_560, 3), ACK],
  propose: [EXT_TYPE.propose, bytes(3385, 4), ACK],
  cementVote: [EXT_TYPE.cementVote, bytes(3384, 5), ACK],
  certificate: [
    EXT_TYPE.certificate,
    encodeCertificateRequest({ fromWindow: 0, count: 1, maxBytes: 1_048_576 }),
    encodeCertificateResponse({ firstWindow: 0, more: true, certificates: [bytes(76 + 3341, 0)] }),
  ],
  candidateProof: [EXT_TYPE.candidateProof, encodeCandidateProofRequest(bytes(32, 7)), bytes(1_048_548, 6)],
  object: [EXT_TYPE.object, encodeObjectRequest({ kind: OBJECT_KIND.draft, hash: bytes(32, 8) }), bytes(1_048_576, 9)],
  voteSet: [
    EXT_TYPE.voteSet,
    encodeVoteSetRequest({ window: 5, fromRound: 2 }),
    encodeVoteSetResponse([
      { kind: VOTE_KIND.propose, bytes: bytes(3385) },
      { kind: VOTE_KIND.cementVote, bytes: bytes(3384) },
    ]),
  ],
  evidence: [EXT_TYPE.evidence, encodeEvidence({ kind: EVIDENCE_KIND.header, a: bytes(3722), b: bytes(3722, 2) }), ACK],
}
const answers = new Map(Object.values(REQUESTS).map(([type, , answer]) => [type, answer]))
const decoders = new Map<number, (payload: Uint8Array) => unknown>([
  [EXT_TYPE.timechainProof, decodeTimechainProofRequest],
  [EXT_TYPE.certificate, decodeCertificateRequest],
  [EXT_TYPE.candidateProof, decodeCandidateProofRequest],
  [EXT_TYPE.object, decodeObjectRequest],
  [EXT_TYPE.voteSet, decodeVoteSetRequest],
  [EXT_TYPE.evidence, decodeEvidence],
])
const answering: Partial<MeshHandlers> = {
  onExtRequest: async (_, type, payload) => {
    decoders.get(type)?.(payload)
    return answers.get(type) ?? ACK
  },
}

describe('between two meshes', () => {
  it('every message of consensus goes out as it is and comes back with its answer', async () => {
    const got: Array<[number, Uint8Array]> = []
    const nodes = await pair({
      onExtRequest: async (peer, type, payload, signal) => {
        got.push([type, payload])
        return (await answering.onExtRequest?.(peer, type, payload, signal)) ?? ACK
      },
    })
    for (const [name, [type, payload, answer]] of Object.entries(REQUESTS)) {
      const received = await ask(nodes, type, payload)
      expect([name, Buffer.compare(received, answer)]).toEqual([name, 0])
      const [gotType, gotPayload = ACK] = got.at(-1) ?? []
      expect([name, gotType, Buffer.compare(gotPayload, payload)]).toEqual([name, type, 0])
    }
    const [, request, certificates] = REQUESTS.certificate ?? [0, ACK, ACK]
    expect(decodeCertificateResponse(certificates, decodeCertificateRequest(request)).more).toBe(true)
    expect(decodeVoteSetResponse(REQUESTS.voteSet?.[2] ?? ACK).length).toBe(2)
    expect(nodes[1].mesh.peers()[0]?.score).toBe(0)
  })

  it.each([
    [EXT_ERROR.notFound, 'no such object'],
    [EXT_ERROR.tooLarge, 'does not fit'],
    [EXT_ERROR.busy, ''],
  ])("Error %i reaches who asked, and is nobody's fault", async (code, text) => {
    const nodes = await pair({
      onExtRequest: async () => {
        throw new ExtError(code, text, 40)
      },
    })
    for (const [type, payload] of Object.values(REQUESTS)) {
      await expect(ask(nodes, type, payload)).rejects.toMatchObject({ extCode: code, text, retryAfterMs: 40 })
    }
    expect(nodes.map(({ mesh }) => mesh.peers()[0]?.score)).toEqual([0, 0])
  })

  it('an acknowledgement that is not empty is a fault of who gives it', async () => {
    const nodes = await pair({ onExtRequest: async () => bytes(1) })
    await expect(ask(nodes, EXT_TYPE.draft, bytes(3726))).rejects.toMatchObject({ extCode: EXT_ERROR.internal })
  })

  it('a busy node says how long to wait, out of the table of limits', async () => {
    const [own, other] = (await members(2)) as [Member, Member]
    const exchange = { ...QUICK.exchange, extAnswersAtOnce: 1, busySyncRetryMs: 1_234, busyPeerRetryMs: 5_678 }
    const stuck = Promise.withResolvers<Uint8Array>()
    const handlers = { onExtRequest: async () => await stuck.promise }
    await start(await testNode(own, manifestOf([own, other]), { limits: { ...QUICK, exchange } }, handlers))
    const peer = await rawPeer(other)
    await dial(peer, own)
    const send = async (type: number, payload: Uint8Array) => {
      const answer = await exchangeRaw(peer, own, EXT_PROTOCOL, encodeEnvelope({ type, requestId: 1n, payload }))
      return answer === 'reset' ? answer : decodeExtError(answer.subarray(14))
    }
    const [voteSet, objects] = [REQUESTS.voteSet?.[1] ?? ACK, REQUESTS.object?.[1] ?? ACK]
    const first = send(EXT_TYPE.voteSet, voteSet).catch(() => 'answered')
    await expect
      .poll(() => send(EXT_TYPE.object, objects))
      .toMatchObject({ extCode: EXT_ERROR.busy, retryAfterMs: 1_234 })
    expect(await send(EXT_TYPE.voteSet, voteSet)).toMatchObject({ extCode: EXT_ERROR.busy, retryAfterMs: 5_678 })
    stuck.resolve(ACK)
    expect(await first).toBe('answered')
    await peer.stop()
  })

  it('votes, Propose and Draft pass while the budget of sync answers is spent', async () => {
    const exchange = { ...QUICK.exchange, syncBytesPerSecond: 1_000 }
    const nodes = await pair(answering, { ...QUICK, exchange })
    const [, request, answer] = REQUESTS.object ?? [0, ACK, ACK]
    expect((await ask(nodes, EXT_TYPE.object, request)).length).toBe(answer.length)
    const sync = ['timechainProof', 'certificate', 'candidateProof', 'object', 'voteSet', 'evidence']
    for (const [name, [type, payload]] of Object.entries(REQUESTS)) {
      const outcome = await ask(nodes, type, payload).then(
        () => 'answered',
        (error: ExtError) => error.extCode,
      )
      expect([name, outcome]).toEqual([name, sync.includes(name) ? EXT_ERROR.busy : 'answered'])
    }
    expect(nodes.map(({ mesh }) => mesh.peers()[0]?.score)).toEqual([0, 0])
  })
})

describe('of a peer that does not keep to the form', () => {
  /** n0 answers; what the test says for n1 is never banned. */
  async function listener() {
    const list = await members(2)
    const [own, other] = list as [(typeof list)[0], (typeof list)[0]]
    const score = { ...LIMITS.score, ban: 1_000 }
    const limits = { ...LIMITS, score, redial: { ...LIMITS.redial, firstSpreadMs: 3_600_000 } }
    const node = await start(await testNode(own, manifestOf(list), { limits }, answering))
    const peer = await rawPeer(other)
    await dial(peer, own)
    const send = async (type: number, payload: Uint8Array) => {
      const answer = await exchangeRaw(peer, own, EXT_PROTOCOL, encodeEnvelope({ type, requestId: 1n, payload }))
      return answer === 'reset' ? 'reset' : [decodeHeader(answer.subarray(0, 14)).type, answer[14]]
    }
    return { send, peer, points: () => Math.round(node.mesh.peers()[0]?.score ?? 0) }
  }

  it('a request that is too short or too long is answered with Error 7 and scored', async () => {
    const { send, peer, points } = await listener()
    for (const [type, { minBytes, maxBytes }] of LIMITS.ext) {
      for (const length of [minBytes - 1, maxBytes + 1]) {
        const before = points()
        expect([type, length, await send(type, bytes(length))]).toEqual([type, length, [0x9f, EXT_ERROR.badRequest]])
        expect(points() - before).toBe(LIMITS.score.malformed)
      }
    }
    await peer.stop()
  })

  it('a request of the right length and the wrong content too', async () => {
    const { send, peer, points } = await listener()
    const evidence = encodeEvidence({ kind: EVIDENCE_KIND.header, a: bytes(3722), b: bytes(3722) })
    const wrong: Array<[number, Uint8Array]> = [
      [EXT_TYPE.certificate, encodeCertificateRequest({ fromWindow: 1, count: 65, maxBytes: 1 })],
      [EXT_TYPE.timechainProof, bytes(12)],
      [EXT_TYPE.object, bytes(33, 3)],
      [EXT_TYPE.voteSet, bytes(10, 0xff)],
      [EXT_TYPE.evidence, evidence.slice().fill(9, 0, 1)],
      [EXT_TYPE.evidence, new Uint8Array([...evidence, 0])],
    ]
    for (const [type, payload] of wrong) expect([type, await send(type, payload)]).toEqual([type, [0x9f, 7]])
    expect(points()).toBe(wrong.length * LIMITS.score.malformed)
    await peer.stop()
  })
})
