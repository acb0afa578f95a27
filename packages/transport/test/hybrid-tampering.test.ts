import type { SecuredConnection } from '@libp2p/interface'
import { beforeAll, describe, expect, it } from 'vitest'
import { MAX_PAD_BYTES, MESSAGE_1_BYTES, MESSAGE_2_BYTES } from '../src/index.js'
import { expectCutRefused } from './cut.js'
import { expectRefused, expectWireRefused, flip, flipInMessage, samplePositions, spread, wireBytes } from './flip.js'
import {
  filled,
  hybridParty,
  type Party,
  party,
  QUICK,
  received,
  shake,
  type Tamper,
  tamperedPair,
  testSigner,
} from './harness.js'
import { InnerOnly } from './inner-only.js'

let alice: Party
let bob: Party
/** With the limits of the product: a handshake that must stand is not hurried. */
let patient: readonly [Party, Party]
let inner: readonly [Party, Party]

beforeAll(async () => {
  const [a, b] = [await testSigner(0x31), await testSigner(0x32)]
  ;[alice, bob] = [await hybridParty(a, { limits: QUICK }), await hybridParty(b, { limits: QUICK })]
  patient = [await hybridParty(a), await hybridParty(b)]
  inner = [await party(a, {}, InnerOnly), await party(b, {}, InnerOnly)]
})

describe('a changed byte of the hybrid core, without the outer channel that would catch it first', () => {
  it('is not what makes the handshake fail: unchanged, it works', async () => {
    const [a, b] = await shake(...inner, tamperedPair())
    expect([a.code, b.code]).toEqual(['ok', 'ok'])
  })

  it.each([1, 2, 3] as const)('in message %i ends the attempt at both ends', async (message) => {
    for (const position of samplePositions(message)) await expectRefused(...inner, message, position)
  })
})

describe('a changed byte on the wire', () => {
  it.each(['initiator', 'responder'] as const)('sent by the %s ends the attempt, pad bytes included', async (side) => {
    const { [side]: bytes } = await wireBytes(alice, bob)
    const outer = Array.from({ length: 8 }, (_, index) => index * 5)
    for (const position of [...outer, ...spread(bytes, 24)]) await expectWireRefused(alice, bob, side, position)
  })

  it('ends as FRAME_AUTH of the outer layer once the channel stands', async () => {
    const [, b] = await established((bytes) => flip('initiator', 20)(bytes, 'initiator', 0) ?? bytes)
    await expect.poll(() => b.connection.status).toBe('aborted')
    expect(b.parts).toEqual([])
  })
})

describe('a cut', () => {
  it.each(['initiator', 'responder'] as const)('anywhere in what the %s sends ends the attempt', async (side) => {
    const { [side]: bytes } = await wireBytes(alice, bob)
    for (const length of [0, 1, 2, 3, 33, 34, 35, ...spread(bytes - 2 * MAX_PAD_BYTES, 12)]) {
      await expectCutRefused(alice, bob, side, length)
    }
  })

  it('inside an outer frame is FRAME_TRUNCATED, one at its boundary a clean end', async () => {
    for (const [kept, status] of [
      [0, 'closed'],
      [1, 'closed'],
      [2, 'aborted'],
      [30, 'aborted'],
      [46, 'closed'],
    ] as const) {
      const [a, b] = await established((bytes) => bytes.subarray(0, kept))
      await a.connection.close()
      await expect.poll(() => b.connection.status, { message: `${kept} bytes` }).toBe(status)
      expect(b.parts.map((part) => part.length)).toEqual(kept === 46 ? [10] : [])
    }
  })
})

describe('an announced length', () => {
  const wrong = (by: number): Tamper => {
    const lengths = { initiator: MESSAGE_1_BYTES, responder: MESSAGE_2_BYTES }
    return (bytes, from, offset) => {
      if (offset > 0) return bytes
      const changed = bytes.slice()
      new DataView(changed.buffer).setUint16(0, lengths[from] + by, true)
      return changed
    }
  }

  it.each([
    ['core − 1', -1],
    ['core + 1025', MAX_PAD_BYTES + 1],
  ] as const)('of %s is HS_SIZE before the body is read', async (_, by) => {
    const [, b] = await shake(...inner, tamperedPair(wrong(by)))
    expect(b.code).toBe('HS_SIZE')
    const responderLies: Tamper = (bytes, from, offset) =>
      from === 'responder' ? wrong(by)(bytes, from, offset) : bytes
    expect((await shake(...inner, tamperedPair(responderLies)))[0].code).toBe('HS_SIZE')
  })

  it.each([1, 2, 3] as const)('that was changed in message %i lets no data through', async (message) => {
    // A longer length makes the reader wait for its deadline.
    const hasty = async (byte: number) => await party(await testSigner(byte), { limits: QUICK }, InnerOnly)
    const [a, b] = [await hasty(0x31), await hasty(0x32)]
    for (const index of [0, 1]) {
      const ends = await shake(a, b, tamperedPair(flipInMessage(message, index)))
      const parts = ends.map(({ secured }) => received(secured?.connection))
      for (const { secured } of ends) if (secured?.connection.status === 'open') secured.connection.send(filled(9, 1))
      await new Promise((resolve) => setTimeout(resolve, 30))
      expect(parts.flat().length).toBeLessThanOrEqual(1)
    }
  })
})

interface End {
  readonly connection: SecuredConnection['connection']
  readonly parts: Uint8Array[]
}

/** A standing channel whose first frame from the initiator, one of 10 bytes, passes through `change`. */
async function established(change: (bytes: Uint8Array) => Uint8Array): Promise<readonly [End, End]> {
  let isFirst = false
  const pair = tamperedPair((bytes, from) => {
    if (!isFirst || from !== 'initiator') return bytes
    isFirst = false
    const changed = change(bytes)
    return changed.length === 0 ? undefined : changed
  })
  const ends = (await shake(...patient, pair)).map(({ secured }) => {
    if (secured === undefined) throw new Error('no channel')
    return { connection: secured.connection, parts: received(secured.connection) }
  })
  isFirst = true
  ends[0]?.connection.send(filled(10, 1))
  await new Promise((resolve) => setTimeout(resolve, 5))
  return ends as unknown as readonly [End, End]
}
