import { expect, it } from 'vitest'
import { PqEncrypter } from '../src/index.js'
import { expectCutRefused } from './cut.js'
import { CORE_BYTES, expectRefused, expectWireRefused, type MessageNumber, wireBytes } from './flip.js'
import { hybridParty, party, QUICK, testSigner } from './harness.js'
import { InnerOnly } from './inner-only.js'

it.each([
  ...([1, 2, 3] as const).map((message) => ['pq', message] as const),
  ...([1, 2, 3] as const).map((message) => ['hybrid', message] as const),
])(
  'every byte of the %s core of message %i is covered',
  async (profile, message: MessageNumber) => {
    const make = async (byte: number) =>
      await party(await testSigner(byte), {}, profile === 'pq' ? PqEncrypter : InnerOnly)
    const [alice, bob] = [await make(0x31), await make(0x32)]
    for (let position = 0; position < CORE_BYTES[message]; position++)
      await expectRefused(alice, bob, message, position)
    expect(bob.reports.every((report) => message === 2 || report.result !== 'ok')).toBe(true)
  },
  900_000,
)

/** Padding is of a random length; where a handshake is shorter than the first one, the last positions hit nothing. */
it.each(['initiator', 'responder'] as const)(
  'every byte that the %s sends in a hybrid handshake is covered by the outer channel',
  async (side) => {
    const [alice, bob] = [
      await hybridParty(await testSigner(0x31), { limits: QUICK }),
      await hybridParty(await testSigner(0x32), { limits: QUICK }),
    ]
    const { [side]: bytes } = await wireBytes(alice, bob)
    for (let position = 0; position < bytes; position++) await expectWireRefused(alice, bob, side, position)
  },
  1_800_000,
)

it.each([
  ['pq', 'initiator'],
  ['pq', 'responder'],
  ['hybrid', 'initiator'],
  ['hybrid', 'responder'],
] as const)(
  'a %s handshake in which what the %s sends is cut, at every length, is none',
  async (profile, side) => {
    const make = profile === 'pq' ? party : hybridParty
    const limits = QUICK
    const [alice, bob] = [
      await make(await testSigner(0x31), { limits }),
      await make(await testSigner(0x32), { limits }),
    ]
    const { [side]: bytes } = await wireBytes(alice, bob)
    for (let length = 0; length < bytes; length++) await expectCutRefused(alice, bob, side, length)
  },
  1_800_000,
)
