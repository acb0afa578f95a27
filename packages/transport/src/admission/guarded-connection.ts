import type { AbortOptions, MessageStream, StreamCloseEvent, StreamMessageEvent } from '@libp2p/interface'
import { AbstractMessageStream, type SendResult } from '@libp2p/utils'
import type { Uint8ArrayList } from 'uint8arraylist'
import { TransportError } from '../errors.js'
import { type NegotiationLimits, NegotiationLines } from './negotiation-lines.js'

export interface GuardLimits extends NegotiationLimits {
  readonly ms: number
}

export interface GuardInit {
  /** The raw connection. */
  readonly lower: MessageStream
  /** Names that end the negotiation. */
  readonly protocols: Iterable<string>
  readonly limits: GuardLimits
  readonly onRefused: (reason: NegotiationRefusal) => void
}

export type NegotiationRefusal = 'negotiation_bytes' | 'negotiation_lines' | 'negotiation_time'

/**
 * Gate 2 of spec transport 10.2: stands in front of a raw connection while a protocol is negotiated and aborts it when
 * that takes too many bytes, too many lines or too long. {@link detach} takes it out of the way again.
 */
export class GuardedConnection extends AbstractMessageStream {
  readonly #init: GuardInit
  readonly #lines: NegotiationLines
  readonly #timer: NodeJS.Timeout
  readonly #listeners = {
    message: (event: StreamMessageEvent) => this.#onMessage(event.data),
    close: (event: StreamCloseEvent) => this.#onClose(event),
    drain: () => this.safeDispatchEvent('drain'),
    remoteCloseWrite: () => this.onRemoteCloseWrite(),
  }

  constructor(init: GuardInit) {
    const { log, inactivityTimeout, maxReadBufferLength, direction } = init.lower
    super({ log, inactivityTimeout, maxReadBufferLength, direction })
    this.#init = init
    this.#lines = new NegotiationLines(init.limits, init.protocols)
    this.#timer = setTimeout(() => this.#refuse('negotiation_time'), init.limits.ms)
    init.lower.addEventListener('message', this.#listeners.message)
    init.lower.addEventListener('close', this.#listeners.close)
    init.lower.addEventListener('drain', this.#listeners.drain)
    init.lower.addEventListener('remoteCloseWrite', this.#listeners.remoteCloseWrite)
  }

  /** The raw connection, with whatever was not read given back to it. This object is of no use afterwards. */
  detach(): MessageStream {
    const { lower } = this.#init
    this.#letGo()
    if (this.readBuffer.byteLength > 0 && lower.status === 'open') lower.unshift(this.readBuffer.sublist())
    return lower
  }

  override sendData(data: Uint8ArrayList): SendResult {
    const sentBytes = data.byteLength
    return { sentBytes, canSendMore: this.#init.lower.send(data) }
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
    await this.#init.lower.close(options)
  }

  #onMessage(data: Uint8Array | Uint8ArrayList): void {
    const state = this.#lines.push(data.subarray())
    if (state === 'bytes' || state === 'lines') this.#refuse(`negotiation_${state}`)
    else this.onData(data)
  }

  #refuse(reason: NegotiationRefusal): void {
    this.#init.onRefused(reason)
    const code = reason === 'negotiation_time' ? 'HS_TIMEOUT' : 'HS_BYTES'
    this.abort(new TransportError(code, 'no protocol was agreed within the limits', { stage: 'negotiation', reason }))
  }

  #onClose({ error, local }: StreamCloseEvent): void {
    this.#letGo()
    if (error === undefined || error === null) this.onTransportClosed()
    else if (local === true) this.abort(error)
    else this.onRemoteReset()
  }

  #letGo(): void {
    clearTimeout(this.#timer)
    const { lower } = this.#init
    lower.removeEventListener('message', this.#listeners.message)
    lower.removeEventListener('close', this.#listeners.close)
    lower.removeEventListener('drain', this.#listeners.drain)
    lower.removeEventListener('remoteCloseWrite', this.#listeners.remoteCloseWrite)
  }
}
