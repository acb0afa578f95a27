import { AbortError } from '@montana/foundation'
import { FailoverError } from '../../errors.js'
import { RETIRE_MS } from '../constants.js'
import { byeForm, errorForm } from '../messages/bodies.js'
import { decodeAnswer, encodeRequest } from '../messages/codec.js'
import { EXCHANGES, isAnswerType, isRequestType } from '../messages/messages.js'
import type { VerifiedPeer } from '../tls/verify-peer.js'
import type { RequestType } from '../types.js'
import { type Envelope, unknownType } from './envelope.js'
import { FrameSocket, type FrameSocketInit } from './frame-socket.js'

interface Pending {
  readonly type: RequestType
  readonly body: unknown
  readonly resolve: (answer: unknown) => void
  readonly reject: (error: Error) => void
}

/** The dialling side of one connection: any number of requests at once, told apart by their ids. */
export class Requester {
  readonly #socket: FrameSocket
  readonly #pending = new Map<number, Pending>()
  #nextId = 1
  #answers = 0
  #retirement: FailoverError | null = null

  constructor(
    readonly peer: VerifiedPeer,
    init: Omit<FrameSocketInit, 'onFrame'>,
  ) {
    this.#socket = new FrameSocket({ ...init, onFrame: (envelope) => this.#receive(envelope) })
    this.closed.then((reason) => this.#failAll(reason))
  }

  get closed(): Promise<FailoverError> {
    return this.#socket.closed
  }

  /** Answers of any kind so far: a sign that this connection is not stuck. */
  get answers(): number {
    return this.#answers
  }

  /** Resolves when the socket is gone. */
  get gone(): Promise<void> {
    return this.#socket.gone
  }

  /** Throws AbortError, CHANNEL_CLOSED, CHANNEL_REFUSED (the peer's `error`), FRAME_INVALID or FRAME_TOO_LARGE. */
  async request(type: RequestType, body: unknown, signal: AbortSignal): Promise<unknown> {
    if (signal.aborted) throw new AbortError(signal.reason)
    if (this.#socket.isClosed) throw await this.closed
    const id = this.#nextId++
    const { promise, resolve, reject } = Promise.withResolvers<unknown>()
    const onAbort = () => reject(new AbortError(signal.reason))
    signal.addEventListener('abort', onAbort, { once: true })
    this.#pending.set(id, { type, body, resolve, reject })
    try {
      this.#socket.send({ type, id, body: encodeRequest(type, body) })
      return await promise
    } finally {
      signal.removeEventListener('abort', onAbort)
      this.#pending.delete(id)
      if (this.#retirement) this.#closeIfIdle(this.#retirement)
    }
  }

  /** Takes no new requests' place: ends once the last one is settled, or after ten seconds. */
  retire(): void {
    this.#retirement = new FailoverError('CHANNEL_CLOSED', 'replaced by another connection')
    const timer = setTimeout(() => this.#retirement && this.close(this.#retirement), RETIRE_MS)
    timer.unref()
    this.closed.then(() => clearTimeout(timer))
    this.#closeIfIdle(this.#retirement)
  }

  close(reason: FailoverError): void {
    this.#socket.close(reason)
  }

  #closeIfIdle(reason: FailoverError): void {
    if (this.#pending.size === 0) this.close(reason)
  }

  #receive({ type, id, body }: Envelope): void {
    if (type === 'bye') return this.#farewell(body)
    if (isRequestType(type)) throw wrong(`'${type}' is no answer`)
    if (type !== 'error' && !isAnswerType(type)) return this.#socket.send(unknownType(id))
    this.#answers++
    const pending = this.#pending.get(id)
    // The answer to a request that was given up: nobody waits for it any more.
    if (!pending) return
    if (type === 'error') return pending.reject(refusalOf(body))
    if (type !== EXCHANGES[pending.type].answerType) throw wrong(`'${type}' does not answer '${pending.type}'`)
    const { host, address } = this.peer
    pending.resolve(decodeAnswer(pending.type, pending.body, body, { host, address }))
  }

  #farewell(body: unknown): void {
    const code = byeForm.safeParse(body).data?.code ?? 'unknown'
    this.close(new FailoverError('CHANNEL_CLOSED', `the peer said bye: ${code}`, { metadata: { code } }))
  }

  #failAll(reason: FailoverError): void {
    for (const { reject } of this.#pending.values()) reject(reason)
  }
}

function refusalOf(body: unknown): FailoverError {
  const parsed = errorForm.safeParse(body)
  if (!parsed.success) throw wrong('an error without code and message')
  const { code, message } = parsed.data
  return new FailoverError('CHANNEL_REFUSED', message, { metadata: { code } })
}

function wrong(what: string): FailoverError {
  return new FailoverError('FRAME_INVALID', what)
}
