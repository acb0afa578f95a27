import {
  type AbortOptions,
  type MessageStream,
  StreamAbortedError,
  type StreamCloseEvent,
  type StreamMessageEvent,
} from '@libp2p/interface'
import { AbstractMessageStream } from '@libp2p/utils'
import type { Uint8ArrayList } from 'uint8arraylist'

/**
 * A stream above another one: passes on drain, pause, resume, reset and every kind of end. Spec transport 11.1, 3. What
 * the lower stream still holds unread belongs to this one. Call {@link attach} when the subclass is ready for data.
 */
export abstract class LayeredStream extends AbstractMessageStream {
  protected readonly lower: MessageStream

  constructor(lower: MessageStream, maxMessageSize?: number) {
    const { log, inactivityTimeout, maxReadBufferLength, direction } = lower
    super({ log, inactivityTimeout, maxReadBufferLength, direction, ...(maxMessageSize && { maxMessageSize }) })
    this.lower = lower
  }

  /** Throws what ends the stream. */
  protected abstract onChunk(chunk: Uint8Array | Uint8ArrayList): void
  /** The lower stream ended without an error; throws when it may not have ended here. */
  protected abstract onEnd(): void

  /** What a failure found here, or below on this side, leads to. */
  protected fail(error: Error): void {
    this.abort(error)
  }

  /** Listens until the lower stream has ended; then nothing of this stream hangs on it any more. */
  protected attach(): void {
    const { lower } = this
    const onMessage = ({ data }: StreamMessageEvent) => this.#guarded(() => this.onChunk(data))
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
    // The lower stream may have ended before anyone listened; what it still holds is delivered first.
    if (lower.status !== 'open') queueMicrotask(() => this.#onEarlyEnd())
  }

  override sendReset(error: Error): void {
    this.lower.abort(error)
  }

  override sendPause(): void {
    this.lower.pause()
  }

  override sendResume(): void {
    this.lower.resume()
  }

  override async close(options?: AbortOptions): Promise<void> {
    await this.onDrain(options)
    await this.lower.close(options)
  }

  #onClose({ error, local }: StreamCloseEvent): void {
    if (error === undefined || error === null) this.#onCleanEnd()
    else if (local === true) this.fail(error)
    else this.onRemoteReset()
  }

  #onEarlyEnd(): void {
    if (this.status !== 'open') return
    if (this.lower.status === 'reset') this.onRemoteReset()
    else if (this.lower.status === 'aborted') this.fail(new StreamAbortedError())
    else this.#onCleanEnd()
  }

  #onCleanEnd(): void {
    this.#guarded(() => {
      this.onEnd()
      this.onTransportClosed()
    })
  }

  #guarded(work: () => void): void {
    try {
      work()
    } catch (error) {
      this.fail(error as Error)
    }
  }
}
