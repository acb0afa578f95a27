import type { Connection, Stream } from '@libp2p/interface'
import { CodecError } from '@montana/codec'
import { errorMessage, isAbort, withTimeout } from '@montana/foundation'
import { EXT_ERROR, ExtError, NetworkError } from '../errors.js'
import { encodeExtError } from '../ext/error-answer.js'
import type { ByteBudget } from '../limits/byte-budget.js'
import { SyncBudget } from '../limits/sync-budget.js'
import type { MeshContext } from '../mesh/context.js'
import { type Discipline, resultOf } from '../mesh/discipline.js'
import type { StatusExchange } from '../mesh/status-exchange.js'
import type { Peer } from '../peer/peer.js'
import { type EnvelopeHeader, encodeEnvelope } from '../wire/envelope.js'
import { EnvelopeReader, letGo, sendAndFinish } from '../wire/stream-io.js'
import { EXT_TYPE, isAssignedExtRequest, isExtType, isLiveConsensus, typeName } from '../wire/types.js'

/** Answers `/montana/ext/1.0.0`: request + 1 or Error. Spec transport 14.1. */
export class ExtServer {
  readonly #context: MeshContext
  readonly #discipline: Discipline
  readonly #budget: ByteBudget
  readonly #status: StatusExchange
  readonly #sync: SyncBudget

  constructor(context: MeshContext, discipline: Discipline, budget: ByteBudget, status: StatusExchange) {
    this.#context = context
    this.#discipline = discipline
    this.#budget = budget
    this.#status = status
    this.#sync = new SyncBudget(context.limits.exchange, context.nowMs())
  }

  /** Never rejects. */
  async onStream(stream: Stream, connection: Connection): Promise<void> {
    const { peers, signal, limits } = this.#context
    const peer = peers.getOrAdd(connection.remotePeer.toString())
    try {
      await withTimeout(this.#timeoutMs(), signal, (waiting) => this.#serve(stream, connection, peer, waiting))
      letGo(stream, limits.exchange.requestMs)
    } catch (error) {
      stream.abort(error as Error)
      if (!isAbort(error) && connection.status === 'open') this.#discipline.judge(peer, error)
    }
  }

  async #serve(stream: Stream, connection: Connection, peer: Peer, signal: AbortSignal): Promise<void> {
    const reader = new EnvelopeReader(stream, peer.traffic)
    const header = await reader.header(signal)
    checkIsRequest(header.type)
    let answer: { type: number; payload: Uint8Array }
    let failure: unknown
    try {
      answer = { type: header.type + 1, payload: await this.#answer(reader, connection, peer, header, signal) }
    } catch (error) {
      failure = error
      answer = { type: EXT_TYPE.error, payload: encodeExtError(this.#errorAnswer(peer, error)) }
    }
    this.#count(header, failure)
    const envelope = encodeEnvelope({ ...answer, requestId: header.requestId })
    await sendAndFinish(stream, envelope, signal, peer.traffic)
  }

  async #answer(
    reader: EnvelopeReader,
    connection: Connection,
    peer: Peer,
    header: EnvelopeHeader,
    signal: AbortSignal,
  ): Promise<Uint8Array> {
    const limit = this.#context.limits.ext.get(header.type)
    if (limit === undefined) throw unsupported(header.type)
    if (header.payloadLength < limit.minBytes || header.payloadLength > limit.maxBytes) {
      throw new NetworkError(
        'ENV_LENGTH',
        `payload of ${header.payloadLength} bytes is not a ${typeName(header.type)}`,
        {
          type: header.type,
          actual: header.payloadLength,
        },
      )
    }
    const leave = peer.gate.enter(header.type, limit, this.#context.nowMs())
    try {
      const release = await this.#budget.reserve(peer.peerId, header.payloadLength, signal)
      try {
        const payload = await reader.payload(header.payloadLength, signal)
        const answer = await this.#handle(connection, peer, header.type, payload, signal)
        if (answer.length <= limit.maxAnswerBytes) return answer
        throw new RangeError(`answer of ${answer.length} bytes to ${typeName(header.type)}`)
      } finally {
        release()
      }
    } finally {
      leave()
    }
  }

  async #handle(connection: Connection, peer: Peer, type: number, payload: Uint8Array, signal: AbortSignal) {
    if (type === EXT_TYPE.status) return this.#status.onRequest(connection, peer, payload)
    if (isLiveConsensus(type)) return await this.#context.handlers.onExtRequest(peer, type, payload, signal)
    return await this.#budgeted(peer, () => this.#context.handlers.onExtRequest(peer, type, payload, signal))
  }

  async #budgeted(peer: Peer, work: () => Promise<Uint8Array>): Promise<Uint8Array> {
    const place = this.#sync.enter(peer.peerId, this.#context.nowMs())
    try {
      const answer = await work()
      place.spend(answer.length, this.#context.nowMs())
      return answer
    } finally {
      place.leave()
    }
  }

  /** The Error answer for what went wrong; a reset instead where the spec says so. */
  #errorAnswer(peer: Peer, error: unknown): ExtError {
    if (error instanceof ExtError) return error
    if (isAbort(error)) throw error
    if (error instanceof CodecError) {
      this.#discipline.judge(peer, new NetworkError('ENV_LENGTH', error.message, {}, error))
      return new ExtError(EXT_ERROR.badRequest, error.code)
    }
    if (!(error instanceof NetworkError)) return this.#internal(error)
    this.#discipline.judge(peer, error)
    switch (error.code) {
      case 'ENV_TYPE':
        return new ExtError(EXT_ERROR.unsupportedType)
      case 'ENV_LENGTH':
        return new ExtError(EXT_ERROR.badRequest, 'length')
      case 'LIMIT_RATE':
        return new ExtError(EXT_ERROR.rateLimited, '', Number(error.metadata.retryAfterMs))
      case 'LIMIT_IN_FLIGHT':
      case 'LIMIT_BYTES':
        return new ExtError(EXT_ERROR.busy, '', this.#context.limits.exchange.busyPeerRetryMs)
      default:
        throw error
    }
  }

  #internal(error: unknown): ExtError {
    this.#context.modules.logger.error({ error: errorMessage(error) }, 'extension handler failed')
    return new ExtError(EXT_ERROR.internal)
  }

  #timeoutMs(): number {
    return Math.max(...[...this.#context.limits.ext.values()].map((limit) => limit.timeoutMs))
  }

  #count(header: EnvelopeHeader, error: unknown): void {
    const type = isAssignedExtRequest(header.type) ? typeName(header.type) : 'unknown'
    this.#context.metrics.messages.inc({ direction: 'received', type, result: resultOf(error) })
    this.#context.metrics.messageBytes.inc({ direction: 'received', type }, header.payloadLength)
  }
}

/** An answer nobody asked for, or a type of the other protocol, is not worth an answer. */
function checkIsRequest(type: number): void {
  if (!isExtType(type)) throw new NetworkError('ENV_TYPE', `${typeName(type)} is not an extension type`, { type })
  if (type % 2 === 1)
    throw new NetworkError('EXT_PROTOCOL', `${typeName(type)} is an answer nobody asked for`, { type })
}

/** A type of a later stage of this protocol is no violation; an unassigned one is. */
function unsupported(type: number): Error {
  if (isAssignedExtRequest(type)) return new ExtError(EXT_ERROR.unsupportedType)
  return new NetworkError('ENV_TYPE', `${typeName(type)} is not assigned`, { type })
}
