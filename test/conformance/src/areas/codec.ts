import { ascii, ByteWriter } from '@montana/codec'
import { type Fields, toBytes, toInteger, UnknownShape } from '../fields.js'
import type { Area } from '../types.js'

const WIDTHS: Readonly<Record<string, number>> = { u8: 1, u16: 2, u32: 4, u64: 8, u128: 16 }

/** Spec protocol 1.1: fixed-width little-endian integers, raw bytes, structures without padding. */
export const codecArea: Area = {
  name: 'codec',
  kinds: [
    {
      title: 'ascii domain',
      matches: (input) => input.has('domain'),
      backends: ['typescript'],
      run: (input) => ascii(input.text('domain')),
    },
    {
      title: 'sequence of writes',
      matches: (input) => input.has('seq'),
      backends: ['typescript'],
      run: (input) => write(input.list('seq').map(asTyped)),
    },
    {
      // only the name says how wide the members are: struct_pair_u32_u16, write_u64_one, write_bytes_raw
      title: 'typed members',
      matches: (_, name) => typesInName(name).length > 0,
      backends: ['typescript'],
      run: (input, { name }) => write(typedMembers(input, typesInName(name))),
    },
  ],
}

type Typed = readonly [type: string, value: unknown]

function asTyped(entry: unknown): Typed {
  if (Array.isArray(entry) && entry.length === 2 && typeof entry[0] === 'string') return [entry[0], entry[1]]
  throw new UnknownShape("'seq' holds something else than [type, value]")
}

function typesInName(name: string): string[] {
  return name.split('_').filter((word) => word in WIDTHS || word === 'bytes' || word === 'bool')
}

function typedMembers(input: Fields, types: readonly string[]): Typed[] {
  const { keys } = input
  if (keys.length !== types.length)
    throw new UnknownShape(`${keys.length} members, but ${types.length} types in the name`)
  return keys.map((key, i) => [types[i] ?? '', input.raw(key)])
}

function write(members: readonly Typed[]): Uint8Array {
  const encoded = members.map(([type, value]) => encode(type, value))
  const writer = new ByteWriter(encoded.reduce((sum, bytes) => sum + bytes.length, 0))
  for (const bytes of encoded) writer.bytes(bytes)
  return writer.finish()
}

function encode(type: string, value: unknown): Uint8Array {
  if (type === 'bytes') return toBytes(value)
  if (type === 'bool') return new ByteWriter(1).bool(value === true || value === 1).finish()
  const writer = new ByteWriter(WIDTHS[type] ?? 0)
  switch (type) {
    case 'u8':
      return writer.u8(Number(toInteger(value))).finish()
    case 'u16':
      return writer.u16(Number(toInteger(value))).finish()
    case 'u32':
      return writer.u32(Number(toInteger(value))).finish()
    case 'u64':
      return writer.u64(toInteger(value)).finish()
    case 'u128':
      return writer.u128(toInteger(value)).finish()
    default:
      throw new UnknownShape(`no type '${type}'`)
  }
}
