import type { AbortOptions, MessageStream, StreamCloseEvent, StreamMessageEvent } from '@libp2p/interface'
import { AbstractMessageStream, type SendResult } from '@libp2p/utils'
import { errorCode } from '@montana/foundation'
import type { Uint8ArrayList } from 'uint8arraylist'
import { FRAME_PREFIX_BYTES, MAX_FRAME_BODY_BYTES, TAG_BYTES } from '../constants.js'
import type { TransportMetrics } from '../metrics.js'
import type { FrameOpener, FrameSealer } from './cipher.js'
import { FrameDecoder } from './decoder.js'

/** Largest plaintext of a pq frame; the hybrid profile brings its own smaller one. Spec transport 7.1. */
export const PQ_MAX_PLAINTEXT_BYTES = MAX_FRAME_BODY_BYTES - TAG_BYTES

export interface FrameStreamInit {
  /** The connection below; whatever it still holds unread belongs to this stream. */
  readonly lower: MessageStream
  readonly sealer: FrameSealer
  readonly opener: FrameOpener
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
export class FrameStream extends AbstractMessageStream {
  readonly #init: FrameStreamInit
  readonly #decoder = new FrameDecoder()

  constructor(init: FrameStreamInit) {
    const { log, inactivityTimeout, maxReadBufferLength, direction } = init.lower
    super({ log, inactivityTimeout, maxReadBufferLength, direction, maxMessageSize: init.maxPlaintextBytes })
    this.#init = init
    this.#listen(init.lower)
  }

  /**
   * Sends nothing once it is aborted here: the muxer announces a new stream in a microtask of its own, where nobody could
   * catch the error of a connection that was aborted just before. Throws after any other end.
   */
  override send(data: Uint8Array | Uint8ArrayList): boolean {
    return this.status === 'aborted' ? false : super.send(data)
  }

  override sendData(data: Uint8ArrayList): SendResult {
    const sentBytes = data.byteLength
    const frame = this.#init.sealer.seal(data, sentBytes)
    this.#count('sent', frame.length)
    return { sentBytes, canSendMore: this.#init.lower.send(frame) }
  }

  override sendReset(error: Error): void {
    this.#init.lower.abort(error)
  }

  override sendPause(): void {
    this.#init.lower.pause()
  }

  override sendResume(): void {
    this.#init.lower.resume()
  }

  override async close(options?: AbortOptions): Promise<void> {
    await this.onDrain(options)
    await this.#init.lower.close(options)
  }

  /** Until the connection below closes; then nothing of this stream hangs on it any more. */
  #listen(lower: MessageStream): void {
    const onMessage = (event: StreamMessageEvent) => this.#onMessage(event)
    const onDrain = () => void this.safeDispatchEvent('drain')
    const onRemoteCloseWrite = () => this.onRemoteCloseWrite()
    const onClose = (event: StreamCloseEvent) => {
      lower.removeEventListener('message', onMessage)
      lower.removeEventListener('drain', onDrain)
      lower.removeEventListener('remoteCloseWrite', onRemoteCloseWrite)
      this.#onClose(event)
    }
    lower.addEventListener('message', onMessage)
    lower.addEventListener('drain', onDrain)
    lower.addEventListener('remoteCloseWrite', onRemoteCloseWrite)
    lower.addEventListener('close', onClose, { once: true })
  }

  #onMessage(event: StreamMessageEvent): void {
    try {
      for (const body of this.#decoder.push(event.data)) {
        const plaintext = this.#init.opener.open(body)
        this.#count('received', FRAME_PREFIX_BYTES + body.length)
        if (plaintext.length > 0) this.onData(plaintext)
      }
    } catch (error) {
      this.#fail(error)
    }
  }

  #onClose(event: StreamCloseEvent): void {
    if (event.error !== undefined && event.error !== null) {
      if (event.local === true) this.abort(event.error)
      else this.onRemoteReset()
      return
    }
    try {
      this.#decoder.end()
      this.onTransportClosed()
    } catch (error) {
      this.#fail(error)
    }
  }

  #fail(error: unknown): void {
    this.#init.metrics.frameErrors.inc({ code: errorCode(error) })
    this.abort(error as Error)
  }

  #count(direction: 'sent' | 'received', bytes: number): void {
    const labels = { direction, suite: this.#init.suite }
    this.#init.metrics.frames.inc(labels)
    this.#init.metrics.frameBytes.inc(labels, bytes)
  }
}
