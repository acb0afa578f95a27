import type { Uint8ArrayList } from 'uint8arraylist'
import { TAG_BYTES } from '../constants.js'
import { TransportError } from '../errors.js'

/** Follows the boundaries of outer messages and frames (`u16 BE ‖ body`, spec transport 6.1) without keeping a byte of them. */
export class BoundaryTracker {
  readonly #onLength: (bodyBytes: number) => void
  readonly #onBody: () => void
  /** First byte of a prefix whose second one has not arrived. */
  #high: number | undefined
  #left = 0

  /** `onLength` is told every announced length and throws to refuse it, `onBody` that so many bytes have arrived. */
  constructor(onLength: (bodyBytes: number) => void = () => {}, onBody: () => void = () => {}) {
    this.#onLength = onLength
    this.#onBody = onBody
  }

  /** Throws FRAME_SIZE when a length cannot hold a tag. */
  follow(chunk: Uint8Array | Uint8ArrayList): void {
    for (let at = 0; at < chunk.byteLength; ) {
      if (this.#left > 0) at += this.#skipBody(chunk.byteLength - at)
      else this.#takePrefixByte(chunk instanceof Uint8Array ? (chunk[at++] ?? 0) : chunk.get(at++))
    }
  }

  /** Call at the end of the stream: throws FRAME_TRUNCATED inside a frame; one byte of a prefix is a clean end. */
  end(): void {
    if (this.#left === 0) return
    const metadata = { layer: 'outer', missing: this.#left }
    throw new TransportError('FRAME_TRUNCATED', 'the stream ended inside a frame', metadata)
  }

  #skipBody(available: number): number {
    const step = Math.min(this.#left, available)
    this.#left -= step
    if (this.#left === 0) this.#onBody()
    return step
  }

  #takePrefixByte(byte: number): void {
    if (this.#high === undefined) {
      this.#high = byte
      return
    }
    const length = this.#high * 256 + byte
    this.#high = undefined
    this.#onLength(length)
    this.#left = length
  }
}

/** Frames after the outer handshake: a length that cannot hold the tag ends the connection. */
export function checkOuterFrame(length: number): void {
  if (length >= TAG_BYTES) return
  throw new TransportError('FRAME_SIZE', `a frame of ${length} bytes cannot hold its tag`, { layer: 'outer', length })
}
