import { describe, expect, it } from 'vitest'
import { parseStrictJson } from '../src/index.js'

const read = (text: string, max = 1024) => parseStrictJson(new TextEncoder().encode(text), max)

describe('strict JSON', () => {
  it('reads what JSON.parse reads', () => {
    for (const text of ['{"a":[1,{"b":"x:\\"{"}],"c":null}', '[]', '"a"', ' {"a" : {"a":1}, "b":[{"a":1},{"a":2}]} ']) {
      expect(read(text)).toEqual(JSON.parse(text))
    }
  })

  it.each([
    ['{"a":1,"a":2}'],
    ['{"a":1,"\\u0061":2}'],
    ['[{"x":{"b":1,"c":[],"b":2}}]'],
    ['{"a":"}","a":1}'],
    ['{"__proto__":1,"__proto__":2}'],
  ])('refuses a key that occurs twice: %s', (text) => {
    expect(() => read(text)).toThrow(
      expect.objectContaining({ code: 'DOC_INVALID', message: expect.stringMatching(/twice/) }),
    )
  })

  it.each([
    ['{"a":1,"\\"":2}', 'has an escape'],
    ['{"a\\u0062":1}', 'has an escape'],
    ['["\\ud800"]', 'is not JSON'],
  ])('refuses what two readers could take differently: %s', (text, message) => {
    expect(() => read(text)).toThrow(
      expect.objectContaining({ code: 'DOC_INVALID', message: expect.stringContaining(message) }),
    )
  })

  it('refuses bad UTF-8, a byte order mark, trailing text and deep nesting', () => {
    expect(() => parseStrictJson(Uint8Array.of(0x22, 0xff, 0x22), 10)).toThrow(
      expect.objectContaining({ code: 'DOC_INVALID' }),
    )
    expect(() => read('\ufeff{}')).toThrow(expect.objectContaining({ code: 'DOC_INVALID' }))
    expect(() => read('{} {}')).toThrow(expect.objectContaining({ code: 'DOC_INVALID' }))
    expect(read('['.repeat(32) + ']'.repeat(32))).toBeDefined()
    expect(() => read('['.repeat(33) + ']'.repeat(33))).toThrow(expect.objectContaining({ code: 'DOC_INVALID' }))
  })

  it('reads up to its limit and not a byte more', () => {
    expect(read('[1,2]', 5)).toEqual([1, 2])
    expect(() => read('[1,2]', 4)).toThrow(expect.objectContaining({ code: 'DOC_TOO_LARGE' }))
  })
})
