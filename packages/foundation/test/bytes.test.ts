import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { bytesEqual, compareBytes, concatBytes, fromHex, toHex } from '../src/bytes.js'

const bytes = fc.uint8Array({ maxLength: 40 })

describe('hex', () => {
  it('is lower-case and comes back, also of a view into a larger buffer', () => {
    expect(toHex(Uint8Array.of(0, 0xab, 0xff))).toBe('00abff')
    expect(toHex(Uint8Array.of(1, 2, 3).subarray(1, 2))).toBe('02')
    fc.assert(
      fc.property(bytes, (value) => {
        expect(fromHex(toHex(value))).toEqual(value)
      }),
    )
  })

  it.each(['0', '0g', ' 00', '00 ', '0x00', '00\n'])('refuses %j', (text) => {
    expect(fromHex(text)).toBeUndefined()
  })

  it('takes upper case, and only the length that is asked for', () => {
    expect(fromHex('ABcd', 2)).toEqual(Uint8Array.of(0xab, 0xcd))
    expect(fromHex('abcd', 3)).toBeUndefined()
    expect(fromHex('')).toEqual(new Uint8Array(0))
  })
})

describe('order and equality', () => {
  it('are those of the bytes from the left, a prefix being smaller', () => {
    fc.assert(
      fc.property(bytes, bytes, (a, b) => {
        const [left, right] = [toHex(a), toHex(b)]
        expect(Math.sign(compareBytes(a, b))).toBe(left < right ? -1 : left > right ? 1 : 0)
        expect(bytesEqual(a, b)).toBe(left === right)
      }),
    )
  })
})

describe('concatBytes', () => {
  it('owns its result', () => {
    const part = Uint8Array.of(1, 2)
    const whole = concatBytes(part, new Uint8Array(0), part)
    part[0] = 9
    expect(whole).toEqual(Uint8Array.of(1, 2, 1, 2))
  })
})
