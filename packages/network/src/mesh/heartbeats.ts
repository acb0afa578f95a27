import { isAbort, sleep } from '@montana/foundation'
import { NetworkError } from '../errors.js'
import { type Miss, nextTick } from '../peer/heartbeat-state.js'
import type { Link, Peer } from '../peer/peer.js'
import { encodeEnvelope } from '../wire/envelope.js'
import { BASE_PROTOCOL } from '../wire/protocols.js'
import { request } from '../wire/request.js'
import { BASE_TYPE } from '../wire/types.js'
import type { MeshContext } from './context.js'
import type { Discipline } from './discipline.js'
import { checkPong } from './pong.js'
import type { Renewal } from './renewal.js'

const EMPTY = new Uint8Array(0)

/** Per peer one ping every 5 s over its connections in turn: spec transport 15. */
export class Heartbeats {
  readonly #context: MeshContext
  readonly #discipline: Discipline
  readonly #renewal: Renewal
  #nextRequestId = 1n

  constructor(context: MeshContext, discipline: Discipline, renewal: Renewal) {
    this.#context = context
    this.#discipline = discipline
    this.#renewal = renewal
  }

  /** Runs from the first connection of a peer to its last. Deadlines are monotonic, missed ticks are skipped. */
  async run(peer: Peer, signal: AbortSignal): Promise<void> {
    const { limits, nowMs } = this.#context
    const { intervalMs } = limits.heartbeat
    const startedMs = nowMs()
    for (let tick = 0; !signal.aborted; tick = nextTick(tick, nowMs() - startedMs, intervalMs)) {
      await sleep(Math.max(0, startedMs + tick * intervalMs - nowMs()), signal).catch(() => {})
      if (!signal.aborted) await this.#beat(peer, signal)
    }
  }

  async #beat(peer: Peer, session: AbortSignal): Promise<void> {
    const link = peer.takeTurn()
    if (link === undefined) return
    peer.heartbeat.sent()
    peer.asked()
    this.#context.metrics.pingsSent.inc({ peer: peer.metricLabel })
    try {
      this.#answered(peer, link, await this.#ping(peer, link))
    } catch (error) {
      // A node that stops has one ping in flight, not a failed one.
      if (isAbort(error) && this.#context.signal.aborted) return
      if (link.connection.status === 'open') this.#discipline.judge(peer, error)
      this.#missed(peer, link, error, session)
      if (!peer.links.includes(link)) return
      peer.missed()
      this.#renewal.onMiss(peer, session)
    }
  }

  async #ping(peer: Peer, link: Link): Promise<number> {
    const requestId = this.#nextRequestId++
    const { rttMs } = await request(link.connection, {
      protocol: BASE_PROTOCOL,
      bytes: encodeEnvelope({ type: BASE_TYPE.ping, requestId, payload: EMPTY }),
      timeoutMs: this.#context.limits.heartbeat.timeoutMs,
      signal: this.#context.signal,
      checkAnswer: checkPong(requestId),
      nowMs: this.#context.nowMs,
      traffic: peer.traffic,
    })
    return rttMs
  }

  #answered(peer: Peer, link: Link, rttMs: number): void {
    peer.heartbeat.ok()
    peer.rtt.add(rttMs, this.#context.nowMs())
    link.misses = 0
    link.hasAnswered = true
    this.#context.metrics.pings.inc({ peer: peer.metricLabel, result: 'ok' })
    this.#context.metrics.rtt.observe({ peer: peer.metricLabel }, rttMs / 1000)
    this.#publish(peer)
  }

  /** A ping that went down with the last connection, or with one that was replaced, says nothing about those after it. */
  #missed(peer: Peer, link: Link, error: unknown, session: AbortSignal): void {
    const kind: Miss = error instanceof NetworkError && error.code === 'REQUEST_TIMEOUT' ? 'timeout' : 'failed'
    link.misses += 1
    const isGone = session.aborted || link.isReplaced
    const verdict = isGone ? peer.heartbeat.lost(kind) : peer.heartbeat.missed(kind)
    this.#context.metrics.pings.inc({ peer: peer.metricLabel, result: kind })
    this.#publish(peer)
    const fields = { peer: peer.label ?? peer.peerId, kind, misses: peer.heartbeat.consecutiveMisses }
    if (verdict === 'unhealthy') this.#context.modules.logger.warn(fields, 'peer unhealthy')
    if (verdict === 'close') this.#close(peer, [...peer.links], fields)
    else if (this.#isDeadAlone(peer, link)) this.#close(peer, [link], fields)
  }

  /** A connection that stays silent while another one of the same peer answers is the connection's fault. */
  #isDeadAlone(peer: Peer, link: Link): boolean {
    if (link.misses < this.#context.limits.heartbeat.unhealthyAfter) return false
    return peer.links.some((other) => other !== link && other.hasAnswered && other.misses === 0)
  }

  #close(peer: Peer, links: readonly Link[], fields: Readonly<Record<string, unknown>>): void {
    this.#context.modules.logger.warn({ ...fields, connections: links.length }, 'connections closed for missing pings')
    for (const link of links) link.connection.abort(new Error('REQUEST_TIMEOUT: pings are not answered'))
    if (!peer.isConnected) peer.heartbeat.restart()
  }

  #publish(peer: Peer): void {
    this.#context.metrics.misses.set({ peer: peer.metricLabel }, peer.heartbeat.consecutiveMisses)
    this.#context.metrics.healthy.set({ peer: peer.metricLabel }, peer.isHealthy ? 1 : 0)
  }
}
