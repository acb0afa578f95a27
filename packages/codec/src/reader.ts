import { CodecError } from './errors.js'

/** Reads what {@link ByteWriter} writes. Every overrun is a {@link CodecError}, never a partial value. */
export class ByteReader {
  readonly #bytes: Uint8Array
  readonly #view: DataView
  #offset: number

  constructor(bytes: Uint8Array, offset = 0) {
    this.#bytes = bytes
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    this.#offset = offset
  }

  get offset(): number {
    return this.#offset
  }

  get remaining(): number {
    return this.#bytes.length - this.#offset
  }

  u8(): number {
    return this.#view.getUint8(this.#advance(1))
  }

  u16(): number {
    return this.#view.getUint16(this.#advance(2), true)
  }

  u32(): number {
    return this.#view.getUint32(this.#advance(4), true)
  }

  u64(): bigint {
    return this.#view.getBigUint64(this.#advance(8), true)
  }

  /** A u64 that counts windows or the like and must fit a JavaScript integer. */
  u64AsNumber(): number {
    const value = this.u64()
    if (value > BigInt(Number.MAX_SAFE_INTEGER)) throw new CodecError('IntegerTooLarge', { value: value.toString() })
    return Number(value)
  }

  u128(): bigint {
    const low = this.u64()
    return low | (this.u64() << 64n)
  }

  bool(): boolean {
    const byte = this.u8()
    if (byte > 1) throw new CodecError('BadBoolByte', { byte })
    return byte === 1
  }

  /** A view of the next `length` bytes; copy it before keeping it beyond the life of the input. */
  bytes(length: number): Uint8Array {
    const at = this.#advance(length)
    return this.#bytes.subarray(at, at + length)
  }

  /** Every decoder ends with this: input is consumed exactly. */
  end(): void {
    if (this.remaining !== 0) throw new CodecError('TrailingBytes', { remaining: this.remaining })
  }

  #advance(length: number): number {
    const at = this.#offset
    if (length > this.remaining) throw new CodecError('Truncated', { needed: length, remaining: this.remaining })
    this.#offset = at + length
    return at
  }
}
