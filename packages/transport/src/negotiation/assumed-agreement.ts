import type { MessageStream } from '@libp2p/interface'
import type { SendResult } from '@libp2p/utils'
import { bytesEqual } from '@montana/foundation'
import type { Uint8ArrayList } from 'uint8arraylist'
import { TransportError } from '../errors.js'
import { LayeredStream } from '../frames/layered-stream.js'
import { agreementOn, ExpectedBytes } from './agreement.js'

/**
 * The raw connection of a dialer that has one protocol to propose. Its proposal is answered here and at once, so the
 * first handshake message follows it without a round trip, as the reference dials (spec transport 3). The remote's own
 * answer is taken out of what arrives; any other answer ends the connection with PROFILE_REFUSED.
 */
export class AssumedAgreement extends LayeredStream {
  readonly #protocol: string
  readonly #agreement: Uint8Array
  #answer: ExpectedBytes | undefined
  #isFirstWrite = true
  #fault: Error | undefined

  constructor(raw: MessageStream, protocol: string) {
    super(raw)
    this.#protocol = protocol
    this.#agreement = agreementOn(protocol)
    this.attach()
  }

  /** Why this layer has ended the connection; whoever reads from it is told of an end only. */
  get fault(): Error | undefined {
    return this.#fault
  }

  override sendData(data: Uint8ArrayList): SendResult {
    if (this.#isFirstWrite) this.#onFirstWrite(data)
    return { sentBytes: data.byteLength, canSendMore: this.lower.send(data) }
  }

  protected override onChunk(chunk: Uint8Array | Uint8ArrayList): void {
    const taken = this.#answer?.take(chunk)
    if (this.#answer !== undefined && taken === undefined) throw this.#refused()
    if (this.#answer?.isComplete === true) this.#answer = undefined
    const rest = chunk.subarray(taken ?? 0)
    if (rest.byteLength > 0) this.onData(rest)
  }

  protected override onEnd(): void {}

  protected override fail(error: Error): void {
    if (error instanceof TransportError) this.#fault ??= error
    super.fail(error)
  }

  /** Only the very lines that one proposal consists of are answered: whatever else negotiates here waits for the remote. */
  #onFirstWrite(data: Uint8ArrayList): void {
    this.#isFirstWrite = false
    if (!bytesEqual(data.subarray(), this.#agreement)) return
    this.#answer = new ExpectedBytes(this.#agreement)
    queueMicrotask(() => {
      if (this.status === 'open') this.onData(this.#agreement)
    })
  }

  #refused(): TransportError {
    return new TransportError('PROFILE_REFUSED', `the remote does not speak ${this.#protocol}`)
  }
}
