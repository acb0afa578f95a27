import type { ExtLimit } from '@montana/transport'
import { NetworkError } from '../errors.js'
import { decodeExtError } from '../ext/error-answer.js'
import type { PaceBook } from '../limits/pace.js'
import { Places } from '../limits/places.js'
import type { Link, Peer } from '../peer/peer.js'
import { type EnvelopeHeader, encodeEnvelope } from '../wire/envelope.js'
import { EXT_PROTOCOL } from '../wire/protocols.js'
import { type Answer, request } from '../wire/request.js'
import { EXT_TYPE, isLiveConsensus, typeName } from '../wire/types.js'
import type { MeshContext } from './context.js'
import { type Discipline, resultOf } from './discipline.js'

/** Asks own peers over `/montana/ext/1.0.0`: spec transport 14.1. */
export class ExtClient {
  readonly #context: MeshContext
  readonly #discipline: Discipline
  readonly #paces: PaceBook
  readonly #streams = new WeakMap<Peer, Places>()
  #nextRequestId = 1n

  constructor(context: MeshContext, discipline: Discipline, paces: PaceBook) {
    this.#context = context
    this.#discipline = discipline
    this.#paces = paces
  }

  /** Over the peer's best connection that speaks the protocol, at the pace that the peer takes. */
  async request(peer: Peer, type: number, payload: Uint8Array, signal: AbortSignal): Promise<Uint8Array> {
    const link = linkTo(peer)
    if (link === undefined) throw unreachable(peer)
    return await this.requestOver(peer, link, type, payload, signal)
  }

  /** As {@link request}, over `link`. */
  async requestOver(
    peer: Peer,
    link: Link,
    type: number,
    payload: Uint8Array,
    signal: AbortSignal,
  ): Promise<Uint8Array> {
    const leave = await this.#paces.of(peer).enter(type, this.limitOf(type), signal)
    try {
      return await this.#counted(peer, link, type, payload, signal)
    } finally {
      leave()
    }
  }

  /** As {@link request}, for a caller that has waited for its turn itself. */
  async requestInTurn(peer: Peer, type: number, payload: Uint8Array, signal: AbortSignal): Promise<Uint8Array> {
    return await this.#counted(peer, linkTo(peer), type, payload, signal)
  }

  /** The answer's payload; ExtError when the remote sent one. Every end of it is counted. */
  async #counted(peer: Peer, link: Link | undefined, type: number, payload: Uint8Array, signal: AbortSignal) {
    const { metrics } = this.#context
    const labels = { direction: 'sent', type: typeName(type) }
    let failure: unknown
    try {
      if (link === undefined) throw unreachable(peer)
      const answer = await this.#answered(peer, link, type, payload, signal)
      metrics.messageBytes.inc(labels, payload.length)
      return answer
    } catch (error) {
      failure = error
      throw error
    } finally {
      metrics.messages.inc({ ...labels, result: resultOf(failure) })
    }
  }

  async #answered(peer: Peer, link: Link, type: number, payload: Uint8Array, signal: AbortSignal): Promise<Uint8Array> {
    const leave = await this.#streamsOf(peer).enter(this.#streamBound(type), signal)
    try {
      const answer = await this.#exchange(peer, link, type, payload, signal)
      link.speaksExt = true
      if (answer.type === EXT_TYPE.error) throw remoteError(answer.payload)
      this.#context.metrics.requestSeconds.observe({ type: typeName(type) }, answer.rttMs / 1000)
      return answer.payload
    } catch (error) {
      this.#learn(peer, link, error)
      throw error
    } finally {
      leave()
    }
  }

  /** A connection carries 16 of these streams at once; sync leaves some of them to what a window waits for. */
  #streamBound(type: number): number {
    const { extAtOnce, extSyncAtOnce } = this.#context.limits.exchange
    return isLiveConsensus(type) || type === EXT_TYPE.status ? extAtOnce : extSyncAtOnce
  }

  #streamsOf(peer: Peer): Places {
    const known = this.#streams.get(peer)
    if (known !== undefined) return known
    const places = new Places()
    this.#streams.set(peer, places)
    return places
  }

  #exchange(peer: Peer, link: Link, type: number, payload: Uint8Array, signal: AbortSignal): Promise<Answer> {
    const limit = this.limitOf(type)
    const requestId = this.#nextRequestId++
    return request(link.connection, {
      protocol: EXT_PROTOCOL,
      bytes: encodeEnvelope({ type, requestId, payload }),
      timeoutMs: limit.timeoutMs,
      signal,
      checkAnswer: (header) =>
        checkAnswer(header, type, requestId, limit.maxAnswerBytes, this.#context.limits.extErrorBytes),
      nowMs: this.#context.nowMs,
      traffic: peer.traffic,
    })
  }

  /** Throws RangeError for what this node does not ask. */
  limitOf(type: number): ExtLimit {
    const limit = this.#context.limits.ext.get(type)
    if (limit === undefined) throw new RangeError(`${typeName(type)} is not a request of this node`)
    return limit
  }

  #learn(peer: Peer, link: Link, error: unknown): void {
    if (error instanceof NetworkError && error.code === 'EXT_UNSUPPORTED') link.speaksExt = false
    if (error instanceof NetworkError && link.connection.status === 'open') this.#discipline.judge(peer, error)
  }
}

/** Over which a peer is asked; undefined while none is open that may speak the extension protocol. */
export function linkTo(peer: Peer): Link | undefined {
  return peer.bestLink((candidate) => candidate.speaksExt !== false)
}

function unreachable({ isConnected, peerId }: Peer): NetworkError {
  return isConnected
    ? new NetworkError('EXT_UNSUPPORTED', 'the peer does not speak the extension protocol', { peerId })
    : new NetworkError('NOT_CONNECTED', 'the peer is not connected', { peerId })
}

function remoteError(payload: Uint8Array): Error {
  try {
    return decodeExtError(payload)
  } catch (cause) {
    return new NetworkError('EXT_PROTOCOL', 'the Error answer is malformed', { type: EXT_TYPE.error }, cause)
  }
}

function checkAnswer(
  header: EnvelopeHeader,
  type: number,
  requestId: bigint,
  maxBytes: number,
  maxErrorBytes: number,
): void {
  const limit = header.type === EXT_TYPE.error ? maxErrorBytes : maxBytes
  const isExpected = header.type === type + 1 || header.type === EXT_TYPE.error
  if (isExpected && header.requestId === requestId && header.payloadLength <= limit) return
  throw new NetworkError(
    'EXT_PROTOCOL',
    `${typeName(header.type)} of ${header.payloadLength} bytes is no answer to ${typeName(type)}`,
    {
      type: header.type,
      actual: header.payloadLength,
    },
  )
}
