import { generateKeyPairSync, sign } from 'node:crypto'
import { noise } from '@chainsafe/libp2p-noise'
import type { MultiaddrConnection, PrivateKey } from '@libp2p/interface'
import { multiaddrConnectionPair } from '@libp2p/utils'
import { concatBytes } from '@montana/foundation'
import type { Uint8ArrayList } from 'uint8arraylist'
import { beforeAll, describe, expect, it } from 'vitest'
import {
  FrameDecoder,
  HYBRID_MAX_PLAINTEXT_BYTES,
  LIMITS,
  MESSAGE_1_BYTES,
  peerIdOfNodeKey,
  REKEY_LIMITS,
  silentComponentLogger,
  TransportError,
} from '../src/index.js'
import { OuterNoise } from '../src/outer/channel.js'
import {
  filled,
  hybridParty,
  type Party,
  party,
  QUICK,
  received,
  shake,
  tamperedPair,
  testSigner,
  toBytes,
} from './harness.js'
import { against } from './inner-only.js'

let alice: Party
let bob: Party
const EVENTS = ['message', 'drain', 'remoteCloseWrite', 'close'] as const
const bytesOf = (parts: readonly Uint8Array[]) => Buffer.concat(parts).length
const idOf = ({ signer }: Party) => peerIdOfNodeKey(signer.publicKey)

beforeAll(async () => {
  ;[alice, bob] = [await hybridParty(await testSigner(0x31)), await hybridParty(await testSigner(0x32))]
})

describe('the hybrid handshake', () => {
  it('gives both ends the proven identity of the other, one session id and a channel in both directions', async () => {
    const [a, b] = await shake(alice, bob, tamperedPair())
    expect([a.code, b.code]).toEqual(['ok', 'ok'])
    expect(a.secured?.remotePeer.equals(idOf(bob))).toBe(true)
    expect(b.secured?.remotePeer.equals(idOf(alice))).toBe(true)
    expect(a.secured).not.toHaveProperty('streamMuxer')
    const [atAlice, atBob] = [alice.reports.at(-1), bob.reports.at(-1)]
    expect(atAlice).toMatchObject({ suite: 'hybrid', result: 'ok', direction: 'outbound', session: atBob?.session })
    const [fromAlice, fromBob] = [received(b.secured?.connection), received(a.secured?.connection)]
    a.secured?.connection.send(filled(70_000, 5))
    b.secured?.connection.send(filled(200_000, 6))
    await expect.poll(() => [bytesOf(fromAlice), bytesOf(fromBob)]).toEqual([70_000, 200_000])
    expect(Buffer.concat(fromBob).every((byte) => byte === 6)).toBe(true)
  })

  it('shows neither identity on the wire', async () => {
    const wire: Uint8Array[] = []
    const tap = (bytes: Uint8Array) => {
      wire.push(bytes.slice())
      return bytes
    }
    await shake(alice, bob, tamperedPair(tap))
    const seen = Buffer.concat(wire)
    expect(seen.length).toBeGreaterThan(15_000)
    for (const { signer } of [alice, bob])
      expect(seen.includes(Buffer.from(signer.publicKey.subarray(0, 32)))).toBe(false)
  })

  it('puts each inner frame into one outer frame', async () => {
    const wire: Uint8Array[] = []
    let isListening = false
    const tap = (bytes: Uint8Array, from: string) => {
      if (isListening && from === 'initiator') wire.push(bytes.slice())
      return bytes
    }
    const [a] = await shake(alice, bob, tamperedPair(tap))
    isListening = true
    a.secured?.connection.send(filled(HYBRID_MAX_PLAINTEXT_BYTES + 1, 5))
    await expect.poll(() => bytesOf(wire)).toBe(65_537 + 37)
    // The largest outer frame there is, then the rest: prefix and tag of the inner frame, tag of the outer one.
    const bodies = [...new FrameDecoder().push(concatBytes(...wire))]
    expect(bodies.map((body) => body.length)).toEqual([65_535, 1 + 2 + 16 + 16])
  })

  it('carries on over many epochs of frame keys', async () => {
    const rekey = { ...REKEY_LIMITS, framesPerEpoch: 4, earlyFrames: 3 }
    const [carol, dave] = [
      await hybridParty(await testSigner(0x33), { rekey }),
      await hybridParty(await testSigner(0x34), { rekey }),
    ]
    const [a, b] = await shake(carol, dave, tamperedPair())
    const [atDave, atCarol] = [received(b.secured?.connection), received(a.secured?.connection)]
    for (let index = 0; index < 20; index++) {
      a.secured?.connection.send(filled(11, index))
      b.secured?.connection.send(filled(13, index))
    }
    await expect.poll(() => [bytesOf(atDave), bytesOf(atCarol)]).toEqual([220, 260])
  })

  it('hands bytes behind message 3 to the next layer', async () => {
    const [a, b] = await shake(alice, bob, tamperedPair())
    a.secured?.connection.send(filled(10, 4))
    await new Promise((resolve) => setTimeout(resolve, 20))
    const parts = received(b.secured?.connection)
    await expect.poll(() => bytesOf(parts)).toBe(10)
  })

  it('closes cleanly at the end of one side, and leaves no listener on the raw connection', async () => {
    const pair = tamperedPair()
    const listeners = () => pair.map((raw) => EVENTS.reduce((sum, event) => sum + raw.listenerCount(event), 0))
    const before = listeners()
    const [a, b] = await shake(alice, bob, pair)
    await a.secured?.connection.close()
    await expect.poll(() => [a, b].map(({ secured }) => secured?.connection.status)).toEqual(['closed', 'closed'])
    expect(listeners()).toEqual(before)
  })
})

describe('identities', () => {
  it('another one than the dialled is refused before the own is shown', async () => {
    const [a, b] = await shake(alice, bob, tamperedPair(), { remotePeer: peerIdOfNodeKey(filled(1952, 1)) })
    expect(a.code).toBe('HS_PEER_MISMATCH')
    expect(b.code).not.toBe('ok')
  })

  it('the dialled one is taken', async () => {
    const [a, b] = await shake(alice, bob, tamperedPair(), { remotePeer: idOf(bob) })
    expect([a.code, b.code]).toEqual(['ok', 'ok'])
  })

  it('the own outer key is refused, and so is the own node key behind another outer one', async () => {
    const [a, b] = await shake(alice, alice, tamperedPair())
    expect([a.code, b.code]).toContain('HS_SELF')
    expect([a.code, b.code]).not.toContain('ok')
    const twin = await hybridParty(alice.signer)
    expect((await shake(alice, twin, tamperedPair()))[0].code).toBe('HS_SELF')
  })

  it.each(['PEER_NOT_ALLOWED', 'PEER_BANNED'] as const)('close on %s at either side', async (code) => {
    const refusing = await hybridParty(await testSigner(0x32), {
      admit: () => {
        throw new TransportError(code, 'refused by the test')
      },
    })
    expect((await shake(alice, refusing, tamperedPair()))[1].code).toBe(code)
    expect((await shake(refusing, alice, tamperedPair()))[0].code).toBe(code)
  })

  it('an outer key of another kind is refused before its signature costs anything, and whatever that is', async () => {
    const outer = noise()({
      peerId: idOf(bob),
      logger: silentComponentLogger,
      privateKey: { ...rsaKey(), sign: async () => filled(384, 1) } as ReturnType<typeof rsaKey>,
      upgrader: noMuxers,
    })
    const [near, far] = multiaddrConnectionPair()
    const refused = against(alice, 'outbound', near)
    await outer.secureInbound(far, { skipStreamMuxerNegotiation: true }).catch(() => {})
    expect((await refused).code).toBe('HS_OUTER_KEY')
  })
})

describe('who has proven an outer key and nothing else', () => {
  type Attack = (raw: MultiaddrConnection, sealed: (plaintext: Uint8Array) => Uint8Array) => void

  async function half(attack: Attack) {
    const [near, far] = multiaddrConnectionPair()
    const refused = against(bob, 'inbound', near)
    const mallory = new OuterNoise(idOf(alice))
    const limits = LIMITS.handshake
    const { stream } = await mallory.secure('outbound', far, limits, new AbortController().signal)
    const { handshake } = stream as unknown as { handshake: { encrypt(plaintext: Uint8Array): Uint8ArrayList } }
    attack(far, (plaintext) => {
      const body = handshake.encrypt(plaintext).subarray()
      return Buffer.concat([Uint8Array.of(body.length >> 8, body.length & 255), body])
    })
    return (await refused).code
  }

  it('has no frame decrypted that brings nothing', async () => {
    expect(await half((raw, sealed) => void raw.send(sealed(filled(0, 0))))).toBe('FRAME_SIZE')
  })

  it('has few frames decrypted', async () => {
    const { unprovenFrames } = LIMITS.handshake
    const messageInCrumbs: Attack = (raw, sealed) => {
      raw.send(sealed(Uint8Array.of(MESSAGE_1_BYTES & 255, MESSAGE_1_BYTES >> 8)))
      for (let frame = 0; frame < unprovenFrames; frame++) raw.send(sealed(filled(1, 0)))
    }
    expect(await half(messageInCrumbs)).toBe('HS_BYTES')
  })
})

describe('a session that is replayed', () => {
  it.each([
    ['initiator', 'inbound'],
    ['responder', 'outbound'],
  ] as const)('by what its %s had sent is no session', async (side, role) => {
    const recorded: Uint8Array[] = []
    const tap = (bytes: Uint8Array, from: string) => {
      if (from === side) recorded.push(bytes.slice())
      return bytes
    }
    expect((await shake(alice, bob, tamperedPair(tap)))[1].code).toBe('ok')
    const [near, far] = multiaddrConnectionPair()
    const replayed = against(role === 'inbound' ? bob : alice, role, near)
    for (const bytes of recorded) if (far.status === 'open') far.send(bytes)
    expect((await replayed).code).toBe('HS_OUTER')
  })
})

describe('what is no outer handshake', () => {
  it('ends as HS_OUTER when the own message is reflected', async () => {
    const [own, far] = multiaddrConnectionPair()
    far.addEventListener('message', (event) => far.send(toBytes(event.data)))
    expect((await against(alice, 'outbound', own)).code).toBe('HS_OUTER')
  })

  it('is refused when a pq handshake is spoken at it, and the other way round as HS_SIZE', async () => {
    const pq = await party(await testSigner(0x33))
    const hasty = await hybridParty(await testSigner(0x32), { limits: QUICK })
    const [, b] = await shake(pq, hasty, tamperedPair())
    // The padding is random, and with it the length that the outer handshake reads: it may wait for more than there is.
    expect(['HS_BYTES', 'HS_OUTER', 'HS_TIMEOUT']).toContain(b.code)
    expect((await shake(alice, pq, tamperedPair()))[1].code).toBe('HS_SIZE')
  })

  it.each(['inbound', 'outbound'] as const)(
    'ends as HS_BYTES when %s messages are too long to be one',
    async (role) => {
      const [near, far] = multiaddrConnectionPair()
      const refused = against(alice, role, near)
      far.send(Uint8Array.of(0xff, 0xff, 1, 2, 3))
      expect((await refused).code).toBe('HS_BYTES')
    },
  )

  it('ends at the deadline when the other side is silent', async () => {
    const hasty = await hybridParty(await testSigner(0x31), { limits: QUICK })
    expect((await against(hasty, 'outbound', multiaddrConnectionPair()[0])).code).toBe('HS_TIMEOUT')
    expect((await against(hasty, 'inbound', multiaddrConnectionPair()[0])).code).toBe('HS_TIMEOUT')
  })

  it('is an abort, and no fault, when the caller gives up', async () => {
    const controller = new AbortController()
    const work = shake(alice, bob, tamperedPair(), { signal: controller.signal })
    controller.abort()
    expect((await work)[0].code).toBe('ABORTED')
    expect((await shake(alice, bob, tamperedPair()))[0].code).toBe('ok')
  })
})

const noMuxers = { getStreamMuxers: () => new Map() } as unknown as Parameters<ReturnType<typeof noise>>[0]['upgrader']

function rsaKey(): PrivateKey {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const raw = new Uint8Array(publicKey.export({ type: 'pkcs1', format: 'der' }))
  const key = {
    type: 'RSA',
    publicKey: { type: 'RSA', raw: new Uint8Array(publicKey.export({ type: 'spki', format: 'der' })) },
    raw,
    sign: (message: Uint8Array) => new Uint8Array(sign('sha256', message, privateKey)),
  }
  return key as unknown as PrivateKey
}
