import type { Connection, Stream } from '@libp2p/interface'
import { isAbort, withTimeout } from '@montana/foundation'
import type { RequestLimit } from '@montana/transport'
import { NetworkError } from '../errors.js'
import type { ByteBudget } from '../limits/byte-budget.js'
import type { MeshContext } from '../mesh/context.js'
import { type Discipline, resultOf } from '../mesh/discipline.js'
import { confirmationLengthMatches } from '../payloads/confirmation-length.js'
import type { Peer } from '../peer/peer.js'
import { type EnvelopeHeader, encodeEnvelope } from '../wire/envelope.js'
import { EnvelopeReader, letGo, sendAndFinish } from '../wire/stream-io.js'
import { BASE_TYPE, isBaseType, isDelivered, typeName } from '../wire/types.js'

const EMPTY = new Uint8Array(0)

/** A candidate notice is a bare header; a cemented envelope has at least two counts behind it. Spec protocol 9.2. */
const NOTICE_BYTES = 3722
const MIN_CEMENTED_BYTES = 3726

/**
 * Answers `/montana/1.0.0`: header, limits, memory, payload, Pong, then delivery. The Pong says "received" and goes out
 * before anybody looks at the payload. Spec transport 13.1, 17.
 */
export class BaseServer {
  readonly #context: MeshContext
  readonly #discipline: Discipline
  readonly #budget: ByteBudget

  constructor(context: MeshContext, discipline: Discipline, budget: ByteBudget) {
    this.#context = context
    this.#discipline = discipline
    this.#budget = budget
  }

  /** Never rejects: a failed exchange ends with a reset stream, a counter and, where deserved, a score. */
  async onStream(stream: Stream, connection: Connection): Promise<void> {
    const { peers, signal, limits } = this.#context
    const peer = peers.getOrAdd(connection.remotePeer.toString())
    try {
      await withTimeout(limits.exchange.requestMs, signal, (waiting) => this.#serve(stream, peer, waiting))
      letGo(stream, limits.exchange.requestMs)
    } catch (error) {
      stream.abort(error as Error)
      if (!isAbort(error) && connection.status === 'open') this.#discipline.judge(peer, error)
    }
  }

  async #serve(stream: Stream, peer: Peer, signal: AbortSignal): Promise<void> {
    const reader = new EnvelopeReader(stream, peer.traffic)
    const header = await reader.header(signal)
    try {
      await this.#exchange(stream, reader, peer, header, signal)
      this.#count(header, undefined)
    } catch (error) {
      this.#count(header, error)
      throw error
    }
  }

  async #exchange(stream: Stream, reader: EnvelopeReader, peer: Peer, header: EnvelopeHeader, signal: AbortSignal) {
    const payload = await this.#receive(reader, peer, header, signal)
    const pong = encodeEnvelope({ type: BASE_TYPE.pong, requestId: header.requestId, payload: EMPTY })
    const finished = sendAndFinish(stream, pong, signal, peer.traffic)
    if (isDelivered(header.type)) this.#context.handlers.onMessage(peer, header.type, header.requestId, payload)
    await finished
  }

  /**
   * The place in the gate is free again before the Pong is sent: the remote may use it as soon as it has that Pong, and
   * must not be blamed for being quick.
   */
  async #receive(reader: EnvelopeReader, peer: Peer, header: EnvelopeHeader, signal: AbortSignal): Promise<Uint8Array> {
    const leave = peer.gate.enter(header.type, this.#checkedLimit(header), this.#context.nowMs())
    try {
      const release = await this.#reserve(reader, peer, header.payloadLength, signal)
      try {
        const payload = await reader.payload(header.payloadLength, signal)
        checkLayout(header.type, payload)
        return payload
      } finally {
        release()
      }
    } finally {
      leave()
    }
  }

  async #reserve(reader: EnvelopeReader, peer: Peer, bytes: number, signal: AbortSignal): Promise<() => void> {
    const now = this.#budget.tryReserve(peer.peerId, bytes)
    return now ?? (await reader.paused(() => this.#budget.reserve(peer.peerId, bytes, signal)))
  }

  #checkedLimit({ type, payloadLength }: EnvelopeHeader): RequestLimit {
    const limit = this.#context.limits.base.get(type)
    if (limit === undefined || !isBaseType(type)) {
      throw new NetworkError('ENV_TYPE', `message type ${typeName(type)} is not assigned`, { type })
    }
    if (payloadLength < limit.minBytes || payloadLength > limit.maxBytes) throw wrongLength(type, payloadLength)
    return limit
  }

  #count(header: EnvelopeHeader, error: unknown): void {
    const type = isBaseType(header.type) ? typeName(header.type) : 'unknown'
    this.#context.metrics.messages.inc({ direction: 'received', type, result: resultOf(error) })
    if (error === undefined) {
      this.#context.metrics.messageBytes.inc({ direction: 'received', type }, header.payloadLength)
    }
  }
}

/** What section 17 asks of a payload beyond its bounds. */
function checkLayout(type: number, payload: Uint8Array): void {
  if (type === BASE_TYPE.proposal && payload.length !== NOTICE_BYTES && payload.length < MIN_CEMENTED_BYTES) {
    throw wrongLength(type, payload.length)
  }
  if (type === BASE_TYPE.bundledConfirmation && !confirmationLengthMatches(payload)) {
    throw wrongLength(type, payload.length)
  }
}

function wrongLength(type: number, actual: number): NetworkError {
  return new NetworkError('ENV_LENGTH', `payload of ${actual} bytes is not a ${typeName(type)}`, { type, actual })
}
