import { u16le } from '@montana/codec'
import { concatBytes } from '@montana/foundation'
import { expect, it } from 'vitest'
import { tellFigure } from '../../../test/support/figure.js'
import { CORE_BYTES, type MessageNumber } from './flip.js'
import { party, shake, type Tamper, tamperedPair, testSigner, vector } from './harness.js'

const PREFIX_BYTES = 2

/** Cuts the padding off each of three messages, and notes what passes without its prefix. */
function withoutPadding(passed: number[]): Tamper {
  return (bytes) => {
    const number = passed.length + 1
    if (number > 3) return bytes
    const core = bytes.subarray(PREFIX_BYTES, PREFIX_BYTES + CORE_BYTES[number as MessageNumber])
    passed.push(core.length)
    return concatBytes(u16le(core.length), core)
  }
}

it('a pq handshake whose padding is cut off on the way is a handshake: nothing else in it can be spared', async () => {
  const [alice, bob] = [await party(await testSigner(0x31)), await party(await testSigner(0x32))]
  const passed: number[] = []
  const ends = await shake(alice, bob, tamperedPair(withoutPadding(passed)))
  expect(ends.map(({ code }) => code)).toEqual(['ok', 'ok'])
  const { xx_msg1, xx_msg2, xx_msg3 } = vector('noise_wire_sizes').expected
  expect(passed).toEqual([xx_msg1, xx_msg2, xx_msg3])
  tellFigure(
    'r21-bytes',
    passed.reduce((sum, length) => sum + length, 0),
  )
})
