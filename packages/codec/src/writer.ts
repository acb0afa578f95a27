/** Appends little-endian fixed-width integers and raw bytes to a buffer of known size: spec protocol 1.1. */
export class ByteWriter {
  readonly #bytes: Uint8Array
  readonly #view: DataView
  #offset = 0

  /** `target`: the size in bytes, or memory of that size to write into. */
  constructor(target: number | Uint8Array) {
    this.#bytes = typeof target === 'number' ? new Uint8Array(target) : target
    this.#view = new DataView(this.#bytes.buffer, this.#bytes.byteOffset, this.#bytes.length)
  }

  u8(value: number): this {
    this.#view.setUint8(this.#advance(1), checkRange(value, 0xff))
    return this
  }

  u16(value: number): this {
    this.#view.setUint16(this.#advance(2), checkRange(value, 0xffff), true)
    return this
  }

  u32(value: number): this {
    this.#view.setUint32(this.#advance(4), checkRange(value, 0xffffffff), true)
    return this
  }

  u64(value: bigint | number): this {
    this.#view.setBigUint64(this.#advance(8), checkBigRange(BigInt(value), 64n), true)
    return this
  }

  u128(value: bigint): this {
    checkBigRange(value, 128n)
    return this.u64(value & 0xffffffffffffffffn).u64(value >> 64n)
  }

  bool(value: boolean): this {
    return this.u8(value ? 1 : 0)
  }

  /** Raw bytes; with `length` it refuses anything else, because a schema gives every array its length. */
  bytes(value: Uint8Array, length = value.length): this {
    if (value.length !== length) throw new RangeError(`expected ${length} bytes, got ${value.length}`)
    this.#bytes.set(value, this.#advance(length))
    return this
  }

  /** The encoding. Throws when fewer bytes were written than announced. */
  finish(): Uint8Array {
    if (this.#offset !== this.#bytes.length) {
      throw new RangeError(`wrote ${this.#offset} of ${this.#bytes.length} bytes`)
    }
    return this.#bytes
  }

  #advance(length: number): number {
    const at = this.#offset
    if (at + length > this.#bytes.length)
      throw new RangeError(`write past the end: ${at + length} > ${this.#bytes.length}`)
    this.#offset = at + length
    return at
  }
}

function checkRange(value: number, max: number): number {
  if (!Number.isInteger(value) || value < 0 || value > max) throw new RangeError(`${value} is not in 0…${max}`)
  return value
}

function checkBigRange(value: bigint, bits: bigint): bigint {
  if (value < 0n || value >> bits !== 0n) throw new RangeError(`${value} does not fit u${bits}`)
  return value
}

export function u16le(value: number): Uint8Array {
  return new ByteWriter(2).u16(value).finish()
}

export function u32le(value: number): Uint8Array {
  return new ByteWriter(4).u32(value).finish()
}

export function u64le(value: bigint | number): Uint8Array {
  return new ByteWriter(8).u64(value).finish()
}
