import type { MessageStream } from '@libp2p/interface'
import type { SendResult } from '@libp2p/utils'
import type { Uint8ArrayList } from 'uint8arraylist'
import { FRAME_PREFIX_BYTES, MAX_FRAME_BODY_BYTES, TAG_BYTES } from '../constants.js'
import { TransportError } from '../errors.js'
import type { TransportMetrics } from '../metrics.js'
import type { FrameReader, FrameWriter } from './cipher.js'
import { FrameDecoder } from './decoder.js'
import { LayeredStream } from './layered-stream.js'

/** Largest plaintext of a pq frame: spec transport 7.1. */
export const PQ_MAX_PLAINTEXT_BYTES = MAX_FRAME_BODY_BYTES - TAG_BYTES
/** Of a hybrid one, so that prefix, plaintext and tag fit the plaintext of one outer frame: spec transport 7.1. */
export const HYBRID_MAX_PLAINTEXT_BYTES = PQ_MAX_PLAINTEXT_BYTES - FRAME_PREFIX_BYTES - TAG_BYTES

export interface FrameStreamInit {
  /** The connection below; whatever it still holds unread belongs to this stream. */
  readonly lower: MessageStream
  readonly sealer: FrameWriter
  readonly opener: FrameReader
  /** In both directions; a larger frame of the remote ends the connection. */
  readonly maxPlaintextBytes: number
  readonly suite: string
  readonly metrics: TransportMetrics
}

/**
 * The secure channel above a connection: spec transport 7 and 11.1.
 *
 * Sender discipline (7.2): js-libp2p hands over at most `maxMessageSize` bytes per call, they are sealed exactly once
 * and reported as sent whole; when the layer below is full, no further frame is sealed until it drains.
 */
export class FrameStream extends LayeredStream {
  readonly #init: FrameStreamInit
  readonly #decoder: FrameDecoder
  #isOver = false

  constructor(init: FrameStreamInit) {
    super(init.lower, init.maxPlaintextBytes)
    this.#init = init
    this.#decoder = new FrameDecoder(init.maxPlaintextBytes + TAG_BYTES)
    this.addEventListener('close', () => this.#end())
    this.attach()
  }

  /**
   * Sends nothing once it is aborted here: the muxer announces a new stream in a microtask of its own, where nobody could
   * catch the error of a connection that was aborted just before. Throws after any other end.
   */
  override send(data: Uint8Array | Uint8ArrayList): boolean {
    return this.status === 'aborted' ? false : super.send(data)
  }

  /** Nothing is taken while a control frame of ours fills the layer below; js-libp2p offers it again after the drain. */
  override sendData(data: Uint8ArrayList): SendResult {
    const { sealer } = this.#init
    const control = sealer.takeControl?.()
    if (control !== undefined && !this.#write(control)) return { sentBytes: 0, canSendMore: false }
    const sentBytes = data.byteLength
    return { sentBytes, canSendMore: this.#write(sealer.seal(data, sentBytes)) }
  }

  protected override onChunk(chunk: Uint8Array | Uint8ArrayList): void {
    for (const body of this.#decoder.push(chunk)) {
      if (this.#isOver) return
      const plaintext = this.#init.opener.open(body)
      this.#count('received', FRAME_PREFIX_BYTES + body.length)
      if (plaintext.length > 0) this.onData(plaintext)
    }
  }

  protected override onEnd(): void {
    this.#decoder.end()
  }

  /** Counted once: the layer below, aborted from here, ends with the same error. */
  protected override fail(error: Error): void {
    if (error instanceof TransportError && !this.#isOver) this.#init.metrics.frameErrors.inc({ code: error.code })
    this.#isOver = true
    this.abort(error)
  }

  #write(frame: Uint8Array): boolean {
    this.#count('sent', frame.length)
    return this.lower.send(frame)
  }

  #end(): void {
    this.#isOver = true
    this.#init.sealer.dispose?.()
    this.#init.opener.dispose?.()
  }

  #count(direction: 'sent' | 'received', bytes: number): void {
    const labels = { direction, suite: this.#init.suite }
    this.#init.metrics.frames.inc(labels)
    this.#init.metrics.frameBytes.inc(labels, bytes)
  }
}
