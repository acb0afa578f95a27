import { errorMessage, isAbort } from '@montana/foundation'
import { NetworkError } from '../errors.js'
import type { PaceBook } from '../limits/pace.js'
import type { OutboundMessage } from '../peer/outbound-queue.js'
import type { Link, Peer } from '../peer/peer.js'
import { encodeEnvelope } from '../wire/envelope.js'
import { BASE_PROTOCOL, EXT_PROTOCOL } from '../wire/protocols.js'
import { request } from '../wire/request.js'
import { BASE_TYPE, typeName } from '../wire/types.js'
import type { MeshContext } from './context.js'
import { type Discipline, resultOf } from './discipline.js'
import type { ExtClient } from './ext-client.js'
import { checkPong } from './pong.js'

const HEADER_BYTES = 14

/** Types whose request_id is a window number: spec transport 13.1. */
const WINDOWED: ReadonlySet<number> = new Set([BASE_TYPE.bundledConfirmation, BASE_TYPE.vdfReveal, BASE_TYPE.proposal])

/** Sends what the node publishes, per peer in order of publication and a few at once: spec transport 13.3, 16.3. */
export class Sender {
  readonly #context: MeshContext
  readonly #discipline: Discipline
  readonly #ext: ExtClient
  readonly #paces: PaceBook
  readonly #sending = new Map<Peer, number>()

  constructor(context: MeshContext, discipline: Discipline, ext: ExtClient, paces: PaceBook) {
    this.#context = context
    this.#discipline = discipline
    this.#ext = ext
    this.#paces = paces
  }

  broadcast(type: number, requestId: bigint, payload: Uint8Array): void {
    const message = baseMessage(type, requestId, payload)
    for (const peer of this.#context.peers.connected()) this.#enqueue(peer, message)
  }

  /** Nothing happens when the peer is not connected. */
  send(peerId: string, type: number, requestId: bigint, payload: Uint8Array): void {
    const peer = this.#context.peers.get(peerId)
    if (peer?.isConnected) this.#enqueue(peer, baseMessage(type, requestId, payload))
  }

  extBroadcast(type: number, payload: Uint8Array): void {
    const message: OutboundMessage = {
      protocol: EXT_PROTOCOL,
      type,
      requestId: 0n,
      bytes: payload.slice(),
      window: undefined,
    }
    for (const peer of this.#context.peers.connected()) if (peer.maySpeakExt) this.#enqueue(peer, message)
  }

  #enqueue(peer: Peer, message: OutboundMessage): void {
    const { handlers, metrics, modules } = this.#context
    const dropped = peer.queue.push(message, () => BigInt(handlers.ownStatus().window))
    for (const { type } of dropped) {
      metrics.dropped.inc({ type: typeName(type) })
      modules.logger.warn(
        { peer: peer.label ?? peer.peerId, code: 'QUEUE_FULL', type: typeName(type) },
        'outbound queue dropped a message',
      )
    }
    this.#pump(peer)
  }

  #pump(peer: Peer): void {
    while ((this.#sending.get(peer) ?? 0) < this.#context.limits.caps.sendsAtOnce) {
      const message = peer.queue.shift()
      if (message === undefined) break
      this.#occupy(peer, 1)
      void this.#transmit(peer, message).finally(() => {
        this.#occupy(peer, -1)
        this.#pump(peer)
      })
    }
    this.#context.metrics.queueBytes.set({ peer: peer.metricLabel }, peer.queue.bytes)
  }

  /** Never rejects. What fails is not sent again here: whether it still matters is the engine's decision. */
  async #transmit(peer: Peer, message: OutboundMessage): Promise<void> {
    try {
      if (message.protocol === EXT_PROTOCOL) {
        await this.#ext.request(peer, message.type, message.bytes, this.#context.signal)
      } else await this.#sendBase(peer, message)
    } catch (error) {
      if (isAbort(error)) return
      const fields = { peer: peer.label ?? peer.peerId, type: typeName(message.type), error: errorMessage(error) }
      this.#context.modules.logger.debug(fields, 'message not acknowledged')
    }
  }

  /** Consensus traffic waits rather than exceed what the peer takes: a message that it resets would be lost. */
  async #sendBase(peer: Peer, message: OutboundMessage): Promise<void> {
    const { limits, signal } = this.#context
    const limit = WINDOWED.has(message.type) ? limits.base.get(message.type) : undefined
    const leave = limit === undefined ? undefined : await this.#paces.of(peer).enter(message.type, limit, signal)
    try {
      await this.#sendOver(peer, message)
    } finally {
      leave?.()
    }
  }

  async #sendOver(peer: Peer, message: OutboundMessage): Promise<void> {
    const link = peer.bestLink()
    if (link === undefined)
      throw new NetworkError('NOT_CONNECTED', 'the peer is not connected', { peerId: peer.peerId })
    let failure: unknown
    try {
      await this.#requestBase(link, message)
    } catch (error) {
      failure = error
      if (link.connection.status === 'open') this.#discipline.judge(peer, error)
      throw error
    } finally {
      this.#count(message, failure)
    }
  }

  async #requestBase(link: Link, message: OutboundMessage): Promise<void> {
    const { limits, signal, nowMs, metrics } = this.#context
    const answer = await request(link.connection, {
      protocol: BASE_PROTOCOL,
      bytes: message.bytes,
      timeoutMs: limits.exchange.requestMs,
      signal,
      checkAnswer: checkPong(message.requestId),
      nowMs,
    })
    metrics.requestSeconds.observe({ type: typeName(message.type) }, answer.rttMs / 1000)
  }

  #count(message: OutboundMessage, error: unknown): void {
    const type = typeName(message.type)
    this.#context.metrics.messages.inc({ direction: 'sent', type, result: resultOf(error) })
    if (error === undefined) {
      this.#context.metrics.messageBytes.inc({ direction: 'sent', type }, message.bytes.length - HEADER_BYTES)
    }
  }

  #occupy(peer: Peer, change: number): void {
    const next = (this.#sending.get(peer) ?? 0) + change
    if (next === 0) this.#sending.delete(peer)
    else this.#sending.set(peer, next)
  }
}

function baseMessage(type: number, requestId: bigint, payload: Uint8Array): OutboundMessage {
  return {
    protocol: BASE_PROTOCOL,
    type,
    requestId,
    bytes: encodeEnvelope({ type, requestId, payload }),
    window: WINDOWED.has(type) ? requestId : undefined,
  }
}
