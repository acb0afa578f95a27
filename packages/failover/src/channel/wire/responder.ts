import { errorMessage, type Logger, MontanaError } from '@montana/foundation'
import { FailoverError } from '../../errors.js'
import { MAX_REQUESTS_IN_FLIGHT } from '../constants.js'
import { type Answerer, decodeRequest, encodeAnswer } from '../messages/codec.js'
import { EXCHANGES, isAnswerType, isRequestType } from '../messages/messages.js'
import type { VerifiedPeer } from '../tls/verify-peer.js'
import type { RequestType } from '../types.js'
import { type Envelope, unknownType } from './envelope.js'
import { FrameSocket, type FrameSocketInit } from './frame-socket.js'

export type RequestHandler = (from: string, type: RequestType, body: unknown) => Promise<unknown>

export interface ResponderModules {
  readonly self: Answerer
  readonly handler: () => RequestHandler
  readonly logger: Logger
}

const MAX_MESSAGE_CHARACTERS = 512

/** The accepting side of one connection: hands requests to the handler and sends what it answers. */
export class Responder {
  readonly #socket: FrameSocket
  #inFlight = 0

  constructor(
    readonly peer: VerifiedPeer,
    init: Omit<FrameSocketInit, 'onFrame'>,
    readonly modules: ResponderModules,
  ) {
    this.#socket = new FrameSocket({ ...init, onFrame: (envelope) => this.#receive(envelope) })
  }

  get closed(): Promise<FailoverError> {
    return this.#socket.closed
  }

  /** Resolves when the socket is gone. */
  get gone(): Promise<void> {
    return this.#socket.gone
  }

  close(reason: FailoverError): void {
    this.#socket.close(reason)
  }

  #receive({ type, id, body }: Envelope): void {
    if (type === 'bye') return this.close(new FailoverError('CHANNEL_CLOSED', 'the peer said bye'))
    if (isAnswerType(type)) throw new FailoverError('FRAME_INVALID', `'${type}' answers nothing of ours`)
    if (type === 'error') return
    if (!isRequestType(type)) return this.#socket.send(unknownType(id))
    const request = decodeRequest(type, body)
    if (this.#inFlight >= MAX_REQUESTS_IN_FLIGHT) return this.#refuse(id, 'BUSY', 'too many requests at once')
    this.#inFlight++
    this.#answer(type, id, request)
      .catch((error: unknown) => this.#fail(type, id, error))
      .finally(() => this.#inFlight--)
  }

  async #answer(type: RequestType, id: number, request: unknown): Promise<void> {
    const answer = await this.modules.handler()(this.peer.host, type, request)
    const body = encodeAnswer(type, request, answer, this.modules.self)
    this.#socket.send({ type: EXCHANGES[type].answerType, id, body })
  }

  /** The peer learns codes and sentences of ours; of anything unforeseen only that it happened. */
  #fail(type: RequestType, id: number, error: unknown): void {
    const { host } = this.peer
    if (error instanceof MontanaError) return this.#refuse(id, error.code, error.message)
    this.modules.logger.error({ host, type, error: errorMessage(error) }, 'a request failed')
    this.#refuse(id, 'INTERNAL', 'the request failed')
  }

  #refuse(id: number, code: string, message: string): void {
    this.#socket.send({ type: 'error', id, body: { code, message: message.slice(0, MAX_MESSAGE_CHARACTERS) } })
  }
}
