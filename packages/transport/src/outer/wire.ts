import type { MessageStream } from '@libp2p/interface'
import type { SendResult } from '@libp2p/utils'
import type { Uint8ArrayList } from 'uint8arraylist'
import { FRAME_PREFIX_BYTES, TAG_BYTES } from '../constants.js'
import { TransportError } from '../errors.js'
import { LayeredStream } from '../frames/layered-stream.js'
import { BoundaryTracker, checkOuterFrame } from './boundary.js'

export interface OuterWireLimits {
  /** Outer handshake messages that this side receives: one as initiator, two as responder. */
  readonly messages: number
  /** Of these messages together, prefixes included. */
  readonly bytes: number
  /** What may arrive before {@link OuterWire.established}. */
  readonly readBufferBytes: number
  /** Frames that may arrive before {@link OuterWire.established}. */
  readonly unprovenFrames: number
}

/**
 * The raw connection below the outer Noise channel. It adds what the Noise library leaves out: an end inside a frame is
 * an error (spec transport 7.1), the handshake has a byte cap (10.2), and a frame goes to the socket as one write.
 */
export class OuterWire extends LayeredStream {
  readonly #limits: OuterWireLimits
  readonly #boundary: BoundaryTracker
  #messages = 0
  #messageBytes = 0
  #unprovenBytes = 0
  #unprovenFrames = 0
  #isEstablished = false
  #fault: Error | undefined

  /** `onMessage` is told that an outer message, or later a frame, has arrived whole. */
  constructor(raw: MessageStream, limits: OuterWireLimits, onMessage: () => void) {
    super(raw)
    this.#limits = limits
    this.#boundary = new BoundaryTracker((length) => this.#onLength(length), onMessage)
    this.attach()
  }

  /** The remote has proven its identity: from here on the muxer bounds what is read. */
  established(): void {
    this.#isEstablished = true
  }

  /** What was wrong with the bytes of the remote, if this layer found it; the Noise library would call it an early end. */
  get fault(): Error | undefined {
    return this.#fault
  }

  override sendData(data: Uint8ArrayList): SendResult {
    return { sentBytes: data.byteLength, canSendMore: this.lower.send(data.subarray()) }
  }

  protected override onChunk(chunk: Uint8Array | Uint8ArrayList): void {
    if (!this.#isEstablished) this.#countUnproven(chunk.byteLength)
    this.#boundary.follow(chunk)
    this.onData(chunk)
  }

  protected override onEnd(): void {
    this.#boundary.end()
  }

  protected override fail(error: Error): void {
    if (error instanceof TransportError) this.#fault ??= error
    super.fail(error)
  }

  #countUnproven(bytes: number): void {
    this.#unprovenBytes += bytes
    if (this.#unprovenBytes > this.#limits.readBufferBytes) throw tooMany('unread', this.#unprovenBytes)
  }

  /** Each frame is a decryption: whoever has proven nothing yet gets few of them, and none for nothing. */
  #onFrame(length: number): void {
    checkOuterFrame(length)
    if (this.#isEstablished) return
    this.#unprovenFrames += 1
    if (this.#unprovenFrames > this.#limits.unprovenFrames) throw tooMany('frames', this.#unprovenBytes)
    if (length > TAG_BYTES) return
    throw new TransportError('FRAME_SIZE', 'an empty frame before the inner handshake', { layer: 'outer', length })
  }

  #onLength(length: number): void {
    if (this.#messages >= this.#limits.messages) return this.#onFrame(length)
    this.#messages += 1
    this.#messageBytes += FRAME_PREFIX_BYTES + length
    if (this.#messageBytes > this.#limits.bytes) throw tooMany('outer', this.#messageBytes)
  }
}

function tooMany(stage: string, actual: number): TransportError {
  return new TransportError('HS_BYTES', `${actual} bytes are too many for this stage of a handshake`, { stage, actual })
}
