import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ByteReader } from '../src/reader.js'
import { ByteWriter, u16le, u32le, u64le } from '../src/writer.js'

const field = fc.oneof(
  fc.record({ kind: fc.constant('u8' as const), value: fc.integer({ min: 0, max: 0xff }) }),
  fc.record({ kind: fc.constant('u16' as const), value: fc.integer({ min: 0, max: 0xffff }) }),
  fc.record({ kind: fc.constant('u32' as const), value: fc.integer({ min: 0, max: 0xffffffff }) }),
  fc.record({ kind: fc.constant('u64' as const), value: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }) }),
  fc.record({ kind: fc.constant('u128' as const), value: fc.bigInt({ min: 0n, max: 2n ** 128n - 1n }) }),
  fc.record({ kind: fc.constant('bool' as const), value: fc.boolean() }),
  fc.record({ kind: fc.constant('bytes' as const), value: fc.uint8Array({ maxLength: 40 }) }),
)
type Field = typeof field extends fc.Arbitrary<infer F> ? F : never

const SIZES = { u8: 1, u16: 2, u32: 4, u64: 8, u128: 16, bool: 1 } as const
const sizeOf = (entry: Field) => (entry.kind === 'bytes' ? entry.value.length : SIZES[entry.kind])

function write(fields: readonly Field[]): Uint8Array {
  const writer = new ByteWriter(fields.reduce((sum, entry) => sum + sizeOf(entry), 0))
  for (const entry of fields) writer[entry.kind](entry.value as never)
  return writer.finish()
}

function read(reader: ByteReader, entry: Field): unknown {
  return entry.kind === 'bytes' ? reader.bytes(entry.value.length) : reader[entry.kind]()
}

describe('reader and writer', () => {
  it('give back every sequence of fields, from any offset inside a larger buffer', () => {
    fc.assert(
      fc.property(fc.array(field, { maxLength: 12 }), fc.nat({ max: 9 }), (fields, offset) => {
        const encoded = write(fields)
        const larger = new Uint8Array(encoded.length + offset + 3).fill(0xee)
        larger.set(encoded, offset)
        const reader = new ByteReader(larger.subarray(0, offset + encoded.length), offset)
        expect(fields.map((entry) => read(reader, entry))).toEqual(fields.map(({ value }) => value))
        reader.end()
      }),
    )
  })

  it('never read past the end: every cut of every encoding is Truncated or leaves nothing to end on', () => {
    fc.assert(
      fc.property(fc.array(field, { minLength: 1, maxLength: 6 }), fc.nat(), (fields, seed) => {
        const encoded = write(fields)
        fc.pre(encoded.length > 0)
        const reader = new ByteReader(encoded.subarray(0, seed % encoded.length))
        expect(() => {
          for (const entry of fields) read(reader, entry)
        }).toThrowError(expect.objectContaining({ code: 'Truncated' }))
      }),
    )
  })
})

describe('writer', () => {
  it('writes little-endian', () => {
    const bytes = new ByteWriter(31).u8(1).u16(0x0302).u32(0x07060504).u64(0x0f0e0d0c0b0a0908n).u128(0x10n).finish()
    expect(bytes.subarray(0, 16)).toEqual(Uint8Array.from({ length: 16 }, (_, i) => i + 1))
    expect(bytes.subarray(16)).toEqual(new Uint8Array(15))
    expect(u16le(0x1234)).toEqual(Uint8Array.of(0x34, 0x12))
    expect(u32le(0x12345678)).toEqual(Uint8Array.of(0x78, 0x56, 0x34, 0x12))
    expect(u64le(1)).toEqual(Uint8Array.of(1, 0, 0, 0, 0, 0, 0, 0))
  })

  it.each([
    ['u8', 256],
    ['u8', -1],
    ['u8', 1.5],
    ['u16', 65_536],
    ['u32', 2 ** 32],
    ['u64', 2n ** 64n],
    ['u64', -1n],
    ['u128', 2n ** 128n],
  ] as const)('refuses %s of %s', (kind, value) => {
    expect(() => new ByteWriter(16)[kind](value as never)).toThrow(RangeError)
  })

  it('refuses arrays of another length than the schema says, and sizes that do not come out', () => {
    expect(() => new ByteWriter(4).bytes(new Uint8Array(3), 4)).toThrow(RangeError)
    expect(() => new ByteWriter(2).u8(1).finish()).toThrow(RangeError)
    expect(() => new ByteWriter(1).u16(1)).toThrow(RangeError)
  })

  it('writes into memory that it is given, and into nothing beside it', () => {
    const memory = new Uint8Array(8).fill(0xff)
    const bytes = new ByteWriter(memory.subarray(2, 6)).u32(0x04030201).finish()
    expect([...memory]).toEqual([0xff, 0xff, 1, 2, 3, 4, 0xff, 0xff])
    expect(bytes.buffer).toBe(memory.buffer)
    expect(() => new ByteWriter(memory.subarray(2, 6)).u32(0).u8(0)).toThrow(RangeError)
  })
})

describe('reader', () => {
  it('takes 0 and 1 as booleans and nothing else', () => {
    expect(new ByteReader(Uint8Array.of(0)).bool()).toBe(false)
    expect(new ByteReader(Uint8Array.of(1)).bool()).toBe(true)
    for (const byte of [2, 0x80, 0xff]) {
      expect(() => new ByteReader(Uint8Array.of(byte)).bool()).toThrowError(
        expect.objectContaining({ code: 'BadBoolByte' }),
      )
    }
  })

  it('refuses what is left over', () => {
    const reader = new ByteReader(Uint8Array.of(1, 2))
    reader.u8()
    expect(reader.remaining).toBe(1)
    expect(() => reader.end()).toThrowError(expect.objectContaining({ code: 'TrailingBytes' }))
  })

  it('gives a u64 as a number only while it is exact', () => {
    expect(new ByteReader(u64le(2n ** 53n - 1n)).u64AsNumber()).toBe(Number.MAX_SAFE_INTEGER)
    expect(() => new ByteReader(u64le(2n ** 53n)).u64AsNumber()).toThrowError(
      expect.objectContaining({ code: 'IntegerTooLarge' }),
    )
  })
})
