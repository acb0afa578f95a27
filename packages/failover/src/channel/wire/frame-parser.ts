import { FailoverError } from '../../errors.js'
import { MAX_FRAME_BYTES } from '../constants.js'

const HEADER_BYTES = 4

/**
 * Cuts a byte stream into frames: u32 BE length ‖ body. The length is checked before anything of the body is kept, and
 * what is kept is never more than one body of at most `maxBytes`. Exact for any split. Spec three-mirror 11.4.
 */
export class FrameParser {
  readonly #header = Buffer.alloc(HEADER_BYTES)
  #headerBytes = 0
  #body: Buffer | null = null
  #bodyBytes = 0

  constructor(readonly maxBytes = MAX_FRAME_BYTES) {}

  /**
   * Bodies that `chunk` completes, in order. Throws FRAME_INVALID for length 0 and FRAME_TOO_LARGE; nothing may be
   * pushed after that. A body may share memory with `chunk`.
   */
  *push(chunk: Uint8Array): Generator<Uint8Array, void, undefined> {
    let rest = chunk
    while (rest.length > 0) {
      rest = this.#body === null ? this.#readHeader(rest) : rest
      if (this.#headerBytes < HEADER_BYTES) return
      const whole = this.#wholeBody(rest)
      rest = whole ? rest.subarray(whole.length) : this.#readBody(rest)
      const body = whole ?? this.#finishedBody()
      if (body) yield body
    }
  }

  /** Bytes that are waiting for the rest of their frame. */
  get buffered(): number {
    return this.#body?.length ?? 0
  }

  #readHeader(chunk: Uint8Array): Uint8Array {
    const taken = chunk.subarray(0, HEADER_BYTES - this.#headerBytes)
    this.#header.set(taken, this.#headerBytes)
    this.#headerBytes += taken.length
    if (this.#headerBytes === HEADER_BYTES) checkLength(this.#header.readUInt32BE(), this.maxBytes)
    return chunk.subarray(taken.length)
  }

  /** The common case, without a copy: nothing of this body came before and all of it is here. */
  #wholeBody(rest: Uint8Array): Uint8Array | undefined {
    const length = this.#header.readUInt32BE()
    if (this.#body !== null || rest.length < length) return undefined
    this.#headerBytes = 0
    return rest.subarray(0, length)
  }

  #readBody(rest: Uint8Array): Uint8Array {
    if (rest.length === 0) return rest
    this.#body ??= Buffer.allocUnsafeSlow(this.#header.readUInt32BE())
    const taken = rest.subarray(0, this.#body.length - this.#bodyBytes)
    this.#body.set(taken, this.#bodyBytes)
    this.#bodyBytes += taken.length
    return rest.subarray(taken.length)
  }

  #finishedBody(): Uint8Array | undefined {
    const body = this.#body
    if (!body || this.#bodyBytes < body.length) return undefined
    this.#body = null
    this.#bodyBytes = 0
    this.#headerBytes = 0
    return body
  }
}

/** Header and body as one buffer, for one write. Throws as {@link FrameParser.push} does on the other side. */
export function encodeFrame(body: Uint8Array, maxBytes = MAX_FRAME_BYTES): Uint8Array {
  checkLength(body.length, maxBytes)
  const frame = Buffer.allocUnsafe(HEADER_BYTES + body.length)
  frame.writeUInt32BE(body.length)
  frame.set(body, HEADER_BYTES)
  return frame
}

function checkLength(length: number, maxBytes: number): void {
  if (length === 0) throw new FailoverError('FRAME_INVALID', 'a frame of no bytes')
  if (length <= maxBytes) return
  throw new FailoverError('FRAME_TOO_LARGE', `a frame of ${length} bytes; at most ${maxBytes} are read`)
}
