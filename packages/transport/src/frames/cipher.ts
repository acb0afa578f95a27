import { createCipheriv, createDecipheriv, createSecretKey, type KeyObject } from 'node:crypto'
import { FRAME_PREFIX_BYTES, NONCE_BYTES, TAG_BYTES } from '../constants.js'
import { TransportError } from '../errors.js'

const ALGORITHM = 'chacha20-poly1305'
const OPTIONS = { authTagLength: TAG_BYTES } as const

/** Nonce of a frame: four zero bytes and the counter, big-endian (not as in framework Noise). Spec transport 7.1. */
export function frameNonce(counter: number): Uint8Array {
  const nonce = new Uint8Array(NONCE_BYTES)
  new DataView(nonce.buffer).setBigUint64(4, BigInt(counter))
  return nonce
}

/** A counter that is used once per value and cannot wrap. */
class FrameCounter {
  #next: number

  constructor(first: number) {
    this.#next = first
  }

  take(): number {
    if (this.#next >= Number.MAX_SAFE_INTEGER) throw new TransportError('NONCE_EXHAUSTED', 'no frame counter is left')
    return this.#next++
  }
}

/** Seals one direction. A plaintext handed in is sealed exactly once: the counter moves on with every call. */
export class FrameSealer {
  readonly #key: KeyObject
  readonly #counter: FrameCounter

  /** Copies the key; the caller wipes its own. */
  constructor(key: Uint8Array, firstCounter = 0) {
    this.#key = createSecretKey(key)
    this.#counter = new FrameCounter(firstCounter)
  }

  /** `len ‖ ciphertext ‖ tag` as one buffer, so that the socket gets one write. */
  seal(parts: Iterable<Uint8Array>, plaintextBytes: number): Uint8Array {
    const cipher = createCipheriv(ALGORITHM, this.#key, frameNonce(this.#counter.take()), OPTIONS)
    const frame = Buffer.allocUnsafe(FRAME_PREFIX_BYTES + plaintextBytes + TAG_BYTES)
    let offset = frame.writeUInt16BE(plaintextBytes + TAG_BYTES, 0)
    for (const part of parts) offset += cipher.update(part).copy(frame, offset)
    offset += cipher.final().copy(frame, offset)
    cipher.getAuthTag().copy(frame, offset)
    return frame
  }
}

/** Opens one direction. A failure is final: nothing of that frame or of a later one may be delivered. */
export class FrameOpener {
  readonly #key: KeyObject
  readonly #counter: FrameCounter

  constructor(key: Uint8Array, firstCounter = 0) {
    this.#key = createSecretKey(key)
    this.#counter = new FrameCounter(firstCounter)
  }

  /** `body` is ciphertext ‖ tag, at least 16 bytes; the plaintext may be empty. */
  open(body: Uint8Array): Uint8Array {
    const decipher = createDecipheriv(ALGORITHM, this.#key, frameNonce(this.#counter.take()), OPTIONS)
    decipher.setAuthTag(body.subarray(body.length - TAG_BYTES))
    const plaintext = decipher.update(body.subarray(0, body.length - TAG_BYTES))
    try {
      decipher.final()
    } catch (cause) {
      throw new TransportError('FRAME_AUTH', 'a frame does not authenticate', {}, cause)
    }
    return plaintext
  }
}
