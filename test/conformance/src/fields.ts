import { fromHex } from '@montana/foundation'

/** The input has no rule here: reported as a failure, never as a skip. */
export class UnknownShape extends Error {}

const REPEAT = /^([0-9a-fA-F]{2})\*(\d+)$/
const NAMED_INTEGERS: Readonly<Record<string, bigint>> = { 'u64::MAX': 2n ** 64n - 1n, 'u128::MAX': 2n ** 128n - 1n }

/** Reads an input object: hex, `ab*32` and `{byte, count}` as bytes; numbers, decimal and 0x strings as integers. */
export class Fields {
  readonly #members: Readonly<Record<string, unknown>>

  constructor(value: unknown) {
    if (typeof value !== 'object' || value === null || Array.isArray(value))
      throw new UnknownShape('input is no object')
    this.#members = value as Record<string, unknown>
  }

  get keys(): readonly string[] {
    return Object.keys(this.#members)
  }

  has(...names: readonly string[]): boolean {
    return names.every((name) => this.#members[name] !== undefined)
  }

  /** The first of `names` that is present. */
  nameOf(...names: readonly string[]): string | undefined {
    return names.find((name) => this.has(name))
  }

  raw(name: string): unknown {
    const value = this.#members[name]
    if (value === undefined) throw new UnknownShape(`input has no '${name}'`)
    return value
  }

  text(name: string): string {
    const value = this.raw(name)
    if (typeof value !== 'string') throw new UnknownShape(`'${name}' is no string`)
    return value
  }

  list(name: string): readonly unknown[] {
    const value = this.raw(name)
    if (!Array.isArray(value)) throw new UnknownShape(`'${name}' is no list`)
    return value
  }

  bytes(name: string): Uint8Array {
    return toBytes(this.raw(name), name)
  }

  /** `missing` where the member is absent. */
  bytesOr(name: string, missing: Uint8Array): Uint8Array {
    return this.has(name) ? this.bytes(name) : missing
  }

  bytesList(name: string): Uint8Array[] {
    return this.list(name).map((entry) => toBytes(entry, name))
  }

  int(name: string): bigint {
    return toInteger(this.raw(name), name)
  }

  number(name: string): number {
    return toNumber(this.raw(name), name)
  }

  /** A u64 member; see {@link toU64}. */
  u64(name: string): number {
    return toU64(this.raw(name), name)
  }

  bool(name: string): boolean {
    const value = this.raw(name)
    if (value === true || value === 1) return true
    if (value === false || value === 0) return false
    throw new UnknownShape(`'${name}' is no boolean`)
  }
}

export function toBytes(value: unknown, name = 'value'): Uint8Array {
  if (typeof value === 'string') {
    const repeated = REPEAT.exec(value)
    if (repeated) return new Uint8Array(Number(repeated[2])).fill(Number.parseInt(repeated[1] ?? '', 16))
    const bytes = fromHex(value.startsWith('0x') ? value.slice(2) : value)
    if (bytes) return bytes
  }
  if (isRepeat(value)) return new Uint8Array(value.count).fill(toBytes(value.byte)[0] ?? 0)
  throw new UnknownShape(`'${name}' is no byte string`)
}

function isRepeat(value: unknown): value is { byte: string; count: number } {
  return typeof value === 'object' && value !== null && 'byte' in value && 'count' in value
}

export function toInteger(value: unknown, name = 'value'): bigint {
  if (typeof value === 'number' && Number.isSafeInteger(value)) return BigInt(value)
  if (typeof value === 'string') {
    if (/^(\d+|0x[0-9a-fA-F]+)$/.test(value)) return BigInt(value)
    const named = NAMED_INTEGERS[value]
    if (named !== undefined) return named
  }
  throw new UnknownShape(`'${name}' is no unsigned integer`)
}

export function toNumber(value: unknown, name = 'value'): number {
  const integer = toInteger(value, name)
  if (integer > BigInt(Number.MAX_SAFE_INTEGER)) throw new UnknownShape(`'${name}' is too large`)
  return Number(integer)
}

/**
 * For functions that are typed for exact numbers. Beyond 2^53 − 1 it is the bigint itself, which every encoder takes
 * as well; only vectors go there.
 */
export function toU64(value: unknown, name = 'value'): number {
  const integer = toInteger(value, name)
  return integer > BigInt(Number.MAX_SAFE_INTEGER) ? (integer as unknown as number) : Number(integer)
}
