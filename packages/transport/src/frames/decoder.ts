import { Uint8ArrayList } from 'uint8arraylist'
import { FRAME_PREFIX_BYTES, MAX_FRAME_BODY_BYTES, TAG_BYTES } from '../constants.js'
import { TransportError } from '../errors.js'

/** Cuts a byte stream into frame bodies (ciphertext ‖ tag): spec transport 7.1. */
export class FrameDecoder {
  readonly #pending = new Uint8ArrayList()
  readonly #maxBodyBytes: number

  /** Without a bound of the profile's own it is that of the length field. */
  constructor(maxBodyBytes = MAX_FRAME_BODY_BYTES) {
    this.#maxBodyBytes = maxBodyBytes
  }

  /** Call at the end of the stream: one byte of a prefix is a clean end, anything longer a cut frame. */
  end(): void {
    if (this.#pending.byteLength >= FRAME_PREFIX_BYTES) {
      throw new TransportError('FRAME_TRUNCATED', 'the stream ended inside a frame', {
        layer: 'inner',
        pending: this.#pending.byteLength,
      })
    }
  }

  /** The bodies that are complete with `chunk`. Holds at most one frame back. Throws FRAME_SIZE at the length already. */
  *push(chunk: Uint8Array | Uint8ArrayList): Generator<Uint8Array> {
    this.#pending.append(chunk)
    while (this.#pending.byteLength >= FRAME_PREFIX_BYTES) {
      const length = this.#checkedLength(this.#pending.getUint16(0))
      if (this.#pending.byteLength < FRAME_PREFIX_BYTES + length) return
      const body = this.#pending.subarray(FRAME_PREFIX_BYTES, FRAME_PREFIX_BYTES + length)
      this.#pending.consume(FRAME_PREFIX_BYTES + length)
      yield body
    }
  }

  #checkedLength(length: number): number {
    if (length >= TAG_BYTES && length <= this.#maxBodyBytes) return length
    const text = `a frame of ${length} bytes, expected ${TAG_BYTES} to ${this.#maxBodyBytes}`
    throw new TransportError('FRAME_SIZE', text, { layer: 'inner', length })
  }
}
