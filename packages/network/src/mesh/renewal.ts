import { isAbort, sleep } from '@montana/foundation'
import type { Link, Peer } from '../peer/peer.js'
import type { MeshContext } from './context.js'
import type { Dialer } from './dialer.js'

/** Intervals of pings after which a peer may be dialled anew again: one that is slow is not made slower. */
const PAUSE_INTERVALS = 2

type Dialling = Pick<Dialer, 'isDialling' | 'dialAnew'>

/**
 * Dials a peer anew whose connections have gone silent, while they are still open: after an outage TCP itself waits for as
 * long again as the outage took, and a new connection does not. Decision 0048.
 */
export class Renewal {
  readonly #context: MeshContext
  readonly #dialer: Dialling
  readonly #running = new WeakSet<Peer>()

  constructor(context: MeshContext, dialer: Dialling) {
    this.#context = context
    this.#dialer = dialer
  }

  /**
   * After a ping without an answer. Does nothing for a peer that was heard since it was sent, nor for one that is no own
   * peer or has no address. Ends with its connections.
   */
  onMiss(peer: Peer, session: AbortSignal): void {
    if (!this.#mayRenew(peer)) return
    this.#running.add(peer)
    void this.#renew(peer, session).finally(() => this.#running.delete(peer))
  }

  /** A base peer forgets whoever closes one of several connections: spec transport 16.2. */
  #mayRenew(peer: Peer): boolean {
    return (
      peer.isSilent && peer.isOwn && this.#dialer.isDialling(peer) && !this.#running.has(peer) && !this.#isFresh(peer)
    )
  }

  #isFresh({ renewedMs = Number.NEGATIVE_INFINITY }: Peer): boolean {
    return this.#context.nowMs() - renewedMs < PAUSE_INTERVALS * this.#context.limits.heartbeat.intervalMs
  }

  /** Never rejects. */
  async #renew(peer: Peer, signal: AbortSignal): Promise<void> {
    const { limits, modules } = this.#context
    const { baseMs } = limits.redial
    try {
      while (!signal.aborted && peer.isSilent) {
        const outcome = await this.#dialer.dialAnew(peer, limits.heartbeat.timeoutMs, signal)
        if (outcome === 'reached') return peer.renewed(this.#context.nowMs())
        if (outcome === 'refused') return
        await sleep(baseMs / 2 + (modules.random.next() * baseMs) / 2, signal)
      }
    } catch (error) {
      if (!isAbort(error)) throw error
    }
  }
}

/** What an own peer has not been heard over: where that is all it had, the connection that opens takes its place. */
export function silentBeside(peer: Peer, opened: Link): Link[] {
  const others = peer.links.filter((link) => link !== opened)
  const silent = peer.silentLinks.filter((link) => link !== opened)
  if (!peer.isOwn || silent.length < others.length) return []
  return silent.filter(({ connection }) => connection.status === 'open')
}
