import { expect, it } from 'vitest'
import { CORE_BYTES, expectRefused, type MessageNumber } from './flip.js'
import { party, testSigner } from './harness.js'

it.each([1, 2, 3] as const)(
  'every byte of the core of message %i is covered',
  async (message: MessageNumber) => {
    const [alice, bob] = [await party(await testSigner(0x31)), await party(await testSigner(0x32))]
    for (let position = 0; position < CORE_BYTES[message]; position++)
      await expectRefused(alice, bob, message, position)
    expect(bob.reports.every((report) => message === 2 || report.result !== 'ok')).toBe(true)
  },
  600_000,
)
