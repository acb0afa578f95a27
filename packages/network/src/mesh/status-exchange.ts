import type { Connection } from '@libp2p/interface'
import { bytesEqual, errorCode, errorMessage, isAbort, sleep, toHex } from '@montana/foundation'
import { remedyOf } from '@montana/transport'
import { decodeStatus, encodeStatus, type StatusMessage } from '../ext/status.js'
import type { Link, Peer } from '../peer/peer.js'
import { EXT_TYPE } from '../wire/types.js'
import type { MeshContext } from './context.js'
import { type ExtClient, linkTo } from './ext-client.js'

/**
 * Status with every peer: the initiator of a connection sends it at once, a listener that has received none within 5 s
 * tries once, then it goes every 30 s over one connection per peer. Spec transport 14.1, 14.2.
 */
export class StatusExchange {
  readonly #context: MeshContext
  readonly #client: ExtClient
  readonly #onWrongNetwork: (peer: Peer) => void
  readonly #refreshing = new Set<Peer>()

  constructor(context: MeshContext, client: ExtClient, onWrongNetwork: (peer: Peer) => void) {
    this.#context = context
    this.#client = client
    this.#onWrongNetwork = onWrongNetwork
  }

  /** First exchange over a new connection. */
  async onLink(peer: Peer, link: Link): Promise<void> {
    if (link.connection.direction === 'outbound') return await this.#send(peer, link)
    await sleep(this.#context.limits.exchange.statusFallbackMs, this.#context.signal).catch(() => {})
    if (!link.hasStatus && link.connection.status === 'open') await this.#send(peer, link)
  }

  /** Every 30 s while `signal` lives: the initiator of the oldest connection sends, the other side only in its stead. */
  async keepUp(peer: Peer, signal: AbortSignal): Promise<void> {
    const { statusEveryMs, statusFallbackMs } = this.#context.limits.exchange
    while (!signal.aborted) {
      await sleep(statusEveryMs, signal).catch(() => {})
      const link = linkTo(peer)
      if (link === undefined || signal.aborted) continue
      const isOurs = link.connection.direction === 'outbound'
      if (isOurs || this.#ageMs(peer) > statusEveryMs + statusFallbackMs) await this.#send(peer, link)
    }
  }

  /** Before it is due, for whoever has a reason to ask; no more often than peers put up with. */
  async refresh(peer: Peer): Promise<void> {
    const link = linkTo(peer)
    if (link === undefined || this.#refreshing.has(peer)) return
    if (this.#ageMs(peer) < this.#context.limits.exchange.statusRefreshMs) return
    this.#refreshing.add(peer)
    await this.#send(peer, link).finally(() => this.#refreshing.delete(peer))
  }

  /** Serves 0x80: notes what the peer claims and answers with the own Status. Throws CodecError. */
  onRequest(connection: Connection, peer: Peer, payload: Uint8Array): Uint8Array {
    const status = decodeStatus(payload)
    const link = peer.links.find((candidate) => candidate.connection.id === connection.id)
    if (link !== undefined) this.#accept(peer, link, status, this.#context.limits.downgrade.answerMs)
    return this.#own(peer)
  }

  async #send(peer: Peer, link: Link): Promise<void> {
    try {
      const answer = await this.#client.requestOver(peer, link, EXT_TYPE.status, this.#own(peer), this.#context.signal)
      this.#accept(peer, link, decodeStatus(answer))
    } catch (error) {
      if (isAbort(error)) return
      const fields = { peer: peer.label ?? peer.peerId, code: errorCode(error), error: errorMessage(error) }
      this.#context.modules.logger.debug(fields, 'no status from peer')
    }
  }

  /** Of what the peer said last. */
  #ageMs(peer: Peer): number {
    return this.#context.nowMs() - (peer.statusAtMs ?? Number.NEGATIVE_INFINITY)
  }

  #own(peer: Peer): Uint8Array {
    const { handlers, security } = this.#context
    return encodeStatus({ ...handlers.ownStatus(), security: security.bitsFor(peer.peerId) })
  }

  /** `graceMs` is the time that an answer to the same peer needs. */
  #accept(peer: Peer, link: Link, status: StatusMessage, graceMs = 0): void {
    link.hasStatus = true
    link.speaksExt = true
    if (!bytesEqual(status.genesisHash, this.#context.options.genesisHash)) {
      this.#wrongNetwork(peer, link, status)
      return
    }
    if (this.#context.security.isDowngrade(link.suite, status.security)) {
      this.#downgraded(peer, graceMs)
      return
    }
    peer.status = status
    peer.statusAtMs = this.#context.nowMs()
    this.#compare(peer, status)
    this.#context.handlers.onStatus(peer, status)
  }

  #wrongNetwork(peer: Peer, link: Link, status: StatusMessage): void {
    const genesisHash = toHex(status.genesisHash)
    this.#refuse(peer, 'WRONG_NETWORK', 'peer is of another network; connection closed', { genesisHash })
    this.#onWrongNetwork(peer)
    link.connection.abort(new Error('WRONG_NETWORK: genesis hashes differ'))
  }

  /**
   * Closes what is not hybrid; for an hour nothing else is spoken with this peer. Spec transport 8.2. Whoever was asked
   * answers first, so that the other side finds out as well and does not show its identity again.
   */
  #downgraded(peer: Peer, graceMs: number): void {
    const { security, metrics, signal } = this.#context
    if (!security.requiresHybrid(peer.peerId)) {
      this.#refuse(peer, 'DOWNGRADE_DETECTED', 'both ends offer hybrid, but someone has prevented it')
      metrics.downgrades.inc({ peer: peer.metricLabel })
      security.noteDowngrade(peer.peerId)
    }
    if (graceMs === 0) closePq(peer)
    else
      void sleep(graceMs, signal).then(
        () => closePq(peer),
        () => {},
      )
  }

  /** Says why a peer is not kept, here and where its row is shown. */
  #refuse(peer: Peer, code: string, message: string, facts: Readonly<Record<string, unknown>> = {}): void {
    peer.awayCode = code
    const fields = { peer: peer.label ?? peer.peerId, code, ...facts, remedy: remedyOf(code) }
    this.#context.modules.logger.error(fields, message)
  }

  /** The same window with another header or state is for the operator to see; nothing is changed by a claim. */
  #compare(peer: Peer, status: StatusMessage): void {
    const own = this.#context.handlers.ownStatus()
    if (own.window !== status.window) return
    const differs = !bytesEqual(own.headerHash, status.headerHash) || !bytesEqual(own.stateRoot, status.stateRoot)
    if (differs && !peer.stateDiverged) {
      this.#context.modules.logger.error(
        { peer: peer.label ?? peer.peerId, code: 'STATE_DIVERGED', window: status.window },
        'peer has another header or state for the same window',
      )
    }
    peer.stateDiverged = differs
  }
}

function closePq(peer: Peer): void {
  for (const { suite, connection } of [...peer.links]) {
    if (suite === 'pq') connection.abort(new Error('DOWNGRADE_DETECTED: both ends offer hybrid'))
  }
}
