import { createCipheriv, createDecipheriv, createSecretKey, type KeyObject } from 'node:crypto'
import { FRAME_PREFIX_BYTES, NONCE_BYTES, TAG_BYTES } from '../constants.js'
import { TransportError } from '../errors.js'

const ALGORITHM = 'chacha20-poly1305'
const OPTIONS = { authTagLength: TAG_BYTES } as const

/** What a secure channel seals with. A plaintext handed in is sealed exactly once: the counter moves on with every call. */
export interface FrameWriter {
  /** A control frame that has to go out before the next data frame; call it before every {@link seal}. */
  takeControl?(): Uint8Array | undefined
  /** `len ‖ ciphertext ‖ tag` as one buffer, so that the socket gets one write. */
  seal(parts: Iterable<Uint8Array>, plaintextBytes: number): Uint8Array
  /** Wipes what can be wiped; nothing can be sealed afterwards. */
  dispose?(): void
}

/** What a secure channel opens with. A failure is final: nothing of that frame or of a later one may be delivered. */
export interface FrameReader {
  /** `body` is ciphertext ‖ tag, at least 16 bytes. An empty plaintext is nothing to deliver. */
  open(body: Uint8Array): Uint8Array
  dispose?(): void
}

/** Nonce of a frame: four zero bytes and the counter, big-endian (not as in framework Noise). Spec transport 7.1. */
export function frameNonce(counter: number): Uint8Array {
  const nonce = new Uint8Array(NONCE_BYTES)
  new DataView(nonce.buffer).setBigUint64(4, BigInt(counter))
  return nonce
}

/** One frame, prefix included. */
export function sealFrame(
  key: KeyObject,
  counter: number,
  parts: Iterable<Uint8Array>,
  plaintextBytes: number,
): Uint8Array {
  const cipher = createCipheriv(ALGORITHM, key, frameNonce(counter), OPTIONS)
  const frame = Buffer.allocUnsafe(FRAME_PREFIX_BYTES + plaintextBytes + TAG_BYTES)
  let offset = frame.writeUInt16BE(plaintextBytes + TAG_BYTES, 0)
  for (const part of parts) offset += cipher.update(part).copy(frame, offset)
  offset += cipher.final().copy(frame, offset)
  cipher.getAuthTag().copy(frame, offset)
  return frame
}

/** The plaintext of `body` (ciphertext ‖ tag); throws FRAME_AUTH. */
export function openFrame(key: KeyObject, counter: number, body: Uint8Array): Uint8Array {
  const decipher = createDecipheriv(ALGORITHM, key, frameNonce(counter), OPTIONS)
  decipher.setAuthTag(body.subarray(body.length - TAG_BYTES))
  const plaintext = decipher.update(body.subarray(0, body.length - TAG_BYTES))
  try {
    decipher.final()
  } catch (cause) {
    throw new TransportError('FRAME_AUTH', 'a frame does not authenticate', { layer: 'inner' }, cause)
  }
  return plaintext
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

/** Seals one direction of the pq profile, under one key for the life of the connection. */
export class FrameSealer implements FrameWriter {
  readonly #key: KeyObject
  readonly #counter: FrameCounter

  /** Copies the key; the caller wipes its own. */
  constructor(key: Uint8Array, firstCounter = 0) {
    this.#key = createSecretKey(key)
    this.#counter = new FrameCounter(firstCounter)
  }

  seal(parts: Iterable<Uint8Array>, plaintextBytes: number): Uint8Array {
    return sealFrame(this.#key, this.#counter.take(), parts, plaintextBytes)
  }
}

/** Opens one direction of the pq profile. */
export class FrameOpener implements FrameReader {
  readonly #key: KeyObject
  readonly #counter: FrameCounter

  constructor(key: Uint8Array, firstCounter = 0) {
    this.#key = createSecretKey(key)
    this.#counter = new FrameCounter(firstCounter)
  }

  open(body: Uint8Array): Uint8Array {
    return openFrame(this.#key, this.#counter.take(), body)
  }
}
