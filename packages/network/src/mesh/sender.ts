import { errorMessage, isAbort } from '@montana/foundation'
import { NetworkError } from '../errors.js'
import type { PaceBook } from '../limits/pace.js'
import type { OutboundMessage } from '../peer/outbound-queue.js'
import type { Link, Peer } from '../peer/peer.js'
import { HEADER_BYTES } from '../wire/envelope.js'
import { BASE_PROTOCOL, EXT_PROTOCOL } from '../wire/protocols.js'
import { request } from '../wire/request.js'
import { isForOwnPeers, typeName } from '../wire/types.js'
import type { MeshContext } from './context.js'
import { type Discipline, resultOf } from './discipline.js'
import type { ExtClient } from './ext-client.js'
import { baseMessage, extMessage } from './outbound-messages.js'
import { checkPong } from './pong.js'

/**
 * Sends what the node publishes: per peer and type in order of publication, a few at once, at the pace that the peer
 * takes. A type that has to wait holds up no other. Spec transport 13.3, 16.3.
 */
export class Sender {
  readonly #context: MeshContext
  readonly #discipline: Discipline
  readonly #ext: ExtClient
  readonly #paces: PaceBook
  /** Types for which somebody waits for the next turn at that peer. */
  readonly #waiting = new WeakMap<Peer, Set<number>>()

  constructor(context: MeshContext, discipline: Discipline, ext: ExtClient, paces: PaceBook) {
    this.#context = context
    this.#discipline = discipline
    this.#ext = ext
    this.#paces = paces
  }

  broadcast(type: number, requestId: bigint, payload: Uint8Array): void {
    const message = this.#baseMessage(type, requestId, payload)
    for (const peer of this.#context.peers.connected()) this.#enqueue(peer, message)
  }

  /** Nothing happens when the peer is not connected. */
  send(peerId: string, type: number, requestId: bigint, payload: Uint8Array): void {
    const peer = this.#context.peers.get(peerId)
    if (peer?.isConnected) this.#enqueue(peer, this.#baseMessage(type, requestId, payload))
  }

  extBroadcast(type: number, payload: Uint8Array): void {
    const message = extMessage(type, payload, this.#ext.limitOf(type))
    for (const peer of this.#context.peers.connected()) this.#enqueue(peer, message)
  }

  /** Nothing happens when the peer is not connected. */
  extSend(peerId: string, type: number, payload: Uint8Array): void {
    const message = extMessage(type, payload, this.#ext.limitOf(type))
    const peer = this.#context.peers.get(peerId)
    if (peer?.isConnected) this.#enqueue(peer, message)
  }

  #baseMessage(type: number, requestId: bigint, payload: Uint8Array): OutboundMessage {
    if (!this.#context.limits.base.has(type)) throw new RangeError(`${typeName(type)} is not a base message`)
    return baseMessage(type, requestId, payload)
  }

  #enqueue(peer: Peer, message: OutboundMessage): void {
    if (!this.#isFor(peer, message)) return
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

  #isFor(peer: Peer, { protocol, type }: OutboundMessage): boolean {
    if (isForOwnPeers(type)) return peer.maySpeakExt && this.#context.peers.isInManifest(peer.peerId)
    return protocol === BASE_PROTOCOL || peer.maySpeakExt
  }

  #pump(peer: Peer): void {
    if (this.#context.signal.aborted) return
    const waiting = this.#waitingAt(peer)
    for (const type of peer.queue.types()) if (!waiting.has(type)) void this.#sendNext(peer, type, waiting)
    this.#context.metrics.queueBytes.set({ peer: peer.metricLabel }, peer.queue.bytes)
  }

  /** Never rejects. The message is chosen when its turn has come: until then the queue may drop it. */
  async #sendNext(peer: Peer, type: number, waiting: Set<number>): Promise<void> {
    waiting.add(type)
    const leave = await this.#turn(peer, type)
    waiting.delete(type)
    const message = leave === undefined ? undefined : peer.queue.shift(type)
    if (message !== undefined) {
      this.#pump(peer)
      await this.#transmit(peer, message)
    }
    leave?.()
  }

  /** Consensus traffic waits rather than exceed what the peer takes: a message that it resets would be lost. */
  async #turn(peer: Peer, type: number): Promise<(() => void) | undefined> {
    const { limits, signal } = this.#context
    const limit = limits.base.get(type) ?? this.#ext.limitOf(type)
    const inFlight = Math.min(limit.inFlight, limits.caps.sendsAtOnce)
    try {
      return await this.#paces.of(peer).enter(type, { ...limit, inFlight }, signal)
    } catch (error) {
      if (isAbort(error)) return undefined
      throw error
    }
  }

  /** Never rejects. What fails is not sent again here: whether it still matters is the engine's decision. */
  async #transmit(peer: Peer, message: OutboundMessage): Promise<void> {
    try {
      if (message.protocol === EXT_PROTOCOL) {
        await this.#ext.requestInTurn(peer, message.type, message.bytes, this.#context.signal)
      } else await this.#sendBase(peer, message)
    } catch (error) {
      if (isAbort(error)) return
      const fields = { peer: peer.label ?? peer.peerId, type: typeName(message.type), error: errorMessage(error) }
      this.#context.modules.logger.debug(fields, 'message not acknowledged')
    }
  }

  async #sendBase(peer: Peer, message: OutboundMessage): Promise<void> {
    const link = peer.bestLink()
    let failure: unknown
    try {
      if (link === undefined)
        throw new NetworkError('NOT_CONNECTED', 'the peer is not connected', { peerId: peer.peerId })
      await this.#requestBase(peer, link, message)
    } catch (error) {
      failure = error
      if (link?.connection.status === 'open') this.#discipline.judge(peer, error)
      throw error
    } finally {
      this.#count(message, failure)
    }
  }

  async #requestBase(peer: Peer, link: Link, message: OutboundMessage): Promise<void> {
    const { limits, signal, nowMs, metrics } = this.#context
    const answer = await request(link.connection, {
      protocol: BASE_PROTOCOL,
      bytes: message.bytes,
      timeoutMs: limits.exchange.requestMs,
      signal,
      checkAnswer: checkPong(message.requestId),
      nowMs,
      traffic: peer.traffic,
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

  #waitingAt(peer: Peer): Set<number> {
    const known = this.#waiting.get(peer)
    if (known !== undefined) return known
    const waiting = new Set<number>()
    this.#waiting.set(peer, waiting)
    return waiting
  }
}
