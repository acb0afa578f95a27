import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { canonicalJson, onlyWellFormed, parseExactJson } from '../src/index.js'

/** A text with a key of one backslash, after which V8 reads other escaped keys as that one (nodejs/node#63785). */
const POISON = '{"a":1,"\\\\":2}'

describe('JSON with escaped keys', () => {
  it.each([
    ['{"a":1,"\\"":2}', ['a', '"']],
    ['{"a":1,"\\n":2}', ['a', '\n']],
    ['{"a":1,"\\u0041":2}', ['a', 'A']],
    ['{"a":1,"\\\\":2}', ['a', '\\']],
  ])('%s has its own keys, whatever was read before', (text, keys) => {
    JSON.parse(POISON)
    expect(Object.keys(parseExactJson(text) as object)).toEqual(keys)
  })

  it('reads what JSON.stringify writes, __proto__, doubled and mark-like keys included', () => {
    const key = fc.oneof(fc.string(), fc.constantFrom('"', '\\', '\n', '__proto__', '\ue0000', 'a"b', '1'))
    const value = fc.letrec((tie) => ({
      node: fc.oneof({ maxDepth: 3 }, fc.string(), fc.integer(), fc.constant(null), tie('list'), tie('map')),
      list: fc.array(tie('node'), { maxLength: 3 }),
      map: fc.array(fc.tuple(key, tie('node')), { maxLength: 4 }).map((entries) => Object.fromEntries(entries)),
    })).node
    fc.assert(
      fc.property(value, (written) => {
        JSON.parse(POISON)
        expect(parseExactJson(JSON.stringify(written))).toEqual(written)
      }),
    )
    expect(parseExactJson('{"a":1,"\\u0061":2}')).toEqual({ a: 2 })
  })

  it('refuses what is no JSON, and hands each value to the reviver', () => {
    expect(() => parseExactJson('{"a\\":1}')).toThrow(SyntaxError)
    expect(parseExactJson('{"\\"":1}', (_, value) => (value === 1 ? 2 : value))).toEqual({ '"': 2 })
  })
})

describe('strings that are no Unicode', () => {
  it('are refused where a reader asks for it, in values and in keys', () => {
    expect(() => JSON.parse('["\\ud800"]', onlyWellFormed)).toThrow('half a surrogate pair')
    expect(() => JSON.parse('{"\\udc00":1}', onlyWellFormed)).toThrow('half a surrogate pair')
    expect(JSON.parse('{"\\ud83d\\ude00":1}', onlyWellFormed)).toEqual({ '😀': 1 })
  })

  it.each([['\ud800'], [Number.POSITIVE_INFINITY], [{ a: Number.NaN }]])('have no canonical form: %s', (value) => {
    expect(() => canonicalJson(value)).toThrow(expect.objectContaining({ code: 'JSON_NOT_REPRESENTABLE' }))
  })
})
