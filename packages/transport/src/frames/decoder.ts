import { Uint8ArrayList } from 'uint8arraylist'
import { FRAME_PREFIX_BYTES, TAG_BYTES } from '../constants.js'
import { TransportError } from '../errors.js'

/** Cuts a byte stream into frame bodies (ciphertext ‖ tag): spec transport 7.1. */
export class FrameDecoder {
  readonly #pending = new Uint8ArrayList()

  /** Call at the end of the stream: one byte of a prefix is a clean end, anything longer a cut frame. */
  end(): void {
    if (this.#pending.byteLength >= FRAME_PREFIX_BYTES) {
      throw new TransportError('FRAME_TRUNCATED', 'the stream ended inside a frame', {
        layer: 'inner',
        pending: this.#pending.byteLength,
      })
    }
  }

  /** The bodies that are complete with `chunk`. Holds at most one frame back. */
  *push(chunk: Uint8Array | Uint8ArrayList): Generator<Uint8Array> {
    this.#pending.append(chunk)
    while (this.#pending.byteLength >= FRAME_PREFIX_BYTES) {
      const length = checkedLength(this.#pending.getUint16(0))
      if (this.#pending.byteLength < FRAME_PREFIX_BYTES + length) return
      const body = this.#pending.subarray(FRAME_PREFIX_BYTES, FRAME_PREFIX_BYTES + length)
      this.#pending.consume(FRAME_PREFIX_BYTES + length)
      yield body
    }
  }
}

function checkedLength(length: number): number {
  if (length >= TAG_BYTES) return length
  throw new TransportError('FRAME_SIZE', `a frame of ${length} bytes cannot hold its tag`, { layer: 'inner', length })
}
