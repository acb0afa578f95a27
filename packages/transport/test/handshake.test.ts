import { multiaddrConnectionPair } from '@libp2p/utils'
import { errorCode } from '@montana/foundation'
import { beforeAll, describe, expect, it } from 'vitest'
import {
  checkedTotalLength,
  MAX_PAD_BYTES,
  MESSAGE_1_BYTES,
  padMessage,
  peerIdOfNodeKey,
  TransportError,
} from '../src/index.js'
import { expectRefused, flipInMessage, samplePositions } from './flip.js'
import { filled, hex, type Party, party, QUICK, shake, tamperedPair, testSigner, toBytes, vector } from './harness.js'

let alice: Party
let bob: Party
let aliceId: string
let bobId: string

beforeAll(async () => {
  const [a, b] = [await testSigner(0x31), await testSigner(0x32)]
  ;[alice, bob] = [await party(a), await party(b)]
  ;[aliceId, bobId] = [peerIdOfNodeKey(a.publicKey).toString(), peerIdOfNodeKey(b.publicKey).toString()]
})

describe('message padding', () => {
  it('prefixes little-endian and pads with 0 to 1024 bytes', () => {
    expect(hex(padMessage(filled(1, 9), filled(2, 7)))).toBe('0300090707')
    const lengths = Array.from({ length: 300 }, () => padMessage(filled(100, 1)).length - 102)
    expect(Math.min(...lengths)).toBeGreaterThanOrEqual(0)
    expect(Math.max(...lengths)).toBeLessThanOrEqual(MAX_PAD_BYTES)
    expect(new Set(lengths).size).toBeGreaterThan(100)
  })

  it('refuses the published lengths and every other outside the bounds', () => {
    const { input } = vector('noise_obfuscation_length_bounds')
    const core = Number(input.core)
    const check = (total: number) => {
      try {
        return checkedTotalLength(Uint8Array.of(total & 0xff, total >> 8), core)
      } catch (error) {
        return errorCode(error)
      }
    }
    for (const total of [...(input.total_len_values as number[]), 0, 0xffff]) expect(check(total)).toBe('HS_SIZE')
    for (const total of [core, core + 1, core + MAX_PAD_BYTES]) expect(check(total)).toBe(total)
  })
})

describe('handshake', () => {
  it('authenticates both sides, agrees on a session and carries data both ways', async () => {
    const [a, b] = await shake(alice, bob, tamperedPair())
    expect([a.secured?.remotePeer.toString(), b.secured?.remotePeer.toString()]).toEqual([bobId, aliceId])
    expect(alice.reports.at(-1)?.session).toMatch(/^[0-9a-f]{16}$/)
    expect(alice.reports.at(-1)?.session).toBe(bob.reports.at(-1)?.session)
    const received: Uint8Array[] = []
    b.secured?.connection.addEventListener('message', (event) => received.push(toBytes(event.data)))
    a.secured?.connection.send(filled(70_000, 5))
    await expect.poll(() => received.reduce((sum, part) => sum + part.length, 0)).toBe(70_000)
    const back: Uint8Array[] = []
    a.secured?.connection.addEventListener('message', (event) => back.push(toBytes(event.data)))
    b.secured?.connection.send(filled(3, 6))
    await expect.poll(() => Buffer.concat(back).toString('hex')).toBe('060606')
  })

  it('cuts a larger write into frames: 70 000 bytes make 70 036', async () => {
    let sent = 0
    let isCounting = false
    const pair = tamperedPair((bytes, from) => {
      if (isCounting && from === 'initiator') sent += bytes.length
      return bytes
    })
    const [a] = await shake(alice, bob, pair)
    isCounting = true
    a.secured?.connection.send(filled(70_000, 5))
    await expect.poll(() => sent).toBe(70_036)
  })

  it('hands bytes behind message 3 to the next layer', async () => {
    const [a, b] = await shake(alice, bob, tamperedPair())
    a.secured?.connection.send(filled(10, 4))
    const received: Uint8Array[] = []
    await new Promise((resolve) => setTimeout(resolve, 20))
    b.secured?.connection.addEventListener('message', (event) => received.push(toBytes(event.data)))
    await expect.poll(() => Buffer.concat(received).length).toBe(10)
  })

  it('refuses another identity than the dialled one before its own is shown', async () => {
    let sent = 0
    const pair = tamperedPair((bytes, from) => {
      if (from === 'initiator') sent += bytes.length
      return bytes
    })
    const expected = peerIdOfNodeKey((await testSigner(0x77)).publicKey)
    const [a, b] = await shake(alice, bob, pair, { remotePeer: expected })
    expect([a.code, b.code]).toEqual(['HS_PEER_MISMATCH', 'STREAM_RESET'])
    expect(sent).toBeLessThanOrEqual(2 + MESSAGE_1_BYTES + MAX_PAD_BYTES)
    expect(alice.reports.at(-1)).toMatchObject({ result: 'HS_PEER_MISMATCH', peerId: expected.toString() })
  })

  it('refuses itself', async () => {
    const [a] = await shake(alice, alice, tamperedPair())
    expect(a.code).toBe('HS_SELF')
  })

  it('refuses its own first message when that is reflected', async () => {
    const [own, far] = multiaddrConnectionPair()
    far.addEventListener('message', (event) => far.send(toBytes(event.data)))
    await expect(alice.encrypter.secureOutbound(own)).rejects.toMatchObject({ code: 'HS_SIZE' })
  })

  it.each(['PEER_NOT_ALLOWED', 'PEER_BANNED'] as const)('closes on %s at either side', async (code) => {
    const refusing = await party(await testSigner(0x32), {
      admit: () => {
        throw new TransportError(code, 'refused by the test')
      },
    })
    const [, responder] = await shake(alice, refusing, tamperedPair())
    expect(responder.code).toBe(code)
    const [initiator] = await shake(refusing, alice, tamperedPair())
    expect(initiator.code).toBe(code)
  })

  it('ends at the deadline when the other side is silent', async () => {
    const hasty = async (byte: number) => await party(await testSigner(byte), { limits: QUICK })
    const silence = tamperedPair(() => undefined)
    const [a, b] = await shake(await hasty(0x31), await hasty(0x32), silence)
    expect([a.code, b.code]).toContain('HS_TIMEOUT')
    expect(['HS_TIMEOUT', 'STREAM_RESET']).toContain(a.code)
  })

  it('refuses a KEM key that is not reduced', async () => {
    const [, b] = await shake(
      alice,
      bob,
      tamperedPair((bytes, from, offset) => (from === 'initiator' && offset === 0 ? bytes.fill(0xff, 2, 1000) : bytes)),
    )
    expect(b.code).toBe('HS_KEM_KEY')
  })

  it('leaves the crypto backend usable after an abort by the caller', async () => {
    const controller = new AbortController()
    const work = shake(alice, bob, tamperedPair(), { signal: controller.signal })
    controller.abort()
    const [a] = await work
    expect(a.code).toBe('ABORTED')
    expect((await shake(alice, bob, tamperedPair()))[0].code).toBe('ok')
  })
})

describe('a changed byte', () => {
  it.each([1, 2, 3] as const)('in the core of message %i ends the attempt at both ends', async (message) => {
    for (const position of samplePositions(message)) await expectRefused(alice, bob, message, position)
  })

  it.each([1, 2, 3] as const)('in the length prefix of message %i lets no data through', async (message) => {
    for (const index of [0, 1]) {
      const [a, b] = await shake(alice, bob, tamperedPair(flipInMessage(message, index)))
      const received: number[] = []
      for (const side of [a, b]) {
        side.secured?.connection.addEventListener('message', (event) => received.push(event.data.byteLength))
      }
      for (const { secured } of [a, b]) if (secured?.connection.status === 'open') secured.connection.send(filled(9, 1))
      await new Promise((resolve) => setTimeout(resolve, 30))
      // At most the direction whose prefix nobody touched still works.
      expect(received.length).toBeLessThanOrEqual(1)
    }
  })
})

describe('a cut message', () => {
  it('ends as HS_SIZE at every length tried', async () => {
    for (const length of [0, 1, 2, 3, 600, 1185]) {
      const pair = tamperedPair((bytes, from, offset) =>
        from === 'initiator' && offset === 0 ? bytes.subarray(0, length) : bytes,
      )
      const work = shake(alice, bob, pair)
      setTimeout(() => void pair[0].close().catch(() => {}), 20)
      const [, b] = await work
      expect(['HS_SIZE', 'STREAM_RESET', 'HS_TIMEOUT']).toContain(b.code)
    }
  })
})
