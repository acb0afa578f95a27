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
  readonly #renewedMs = new WeakMap<Peer, number>()

  constructor(context: MeshContext, dialer: Dialling) {
    this.#context = context
    this.#dialer = dialer
  }

  /**
   * After a ping without an answer; `heardBytes` had been received when it was sent. Does nothing for a peer that was heard
   * since, which is slow and not silent, nor for one that is no own peer or has no address. Ends with its connections.
   */
  onMiss(peer: Peer, heardBytes: number, session: AbortSignal): void {
    const isSilent = () => peer.traffic.receivedBytes === heardBytes && peer.links.every(({ misses }) => misses > 0)
    if (!this.#mayRenew(peer) || !isSilent()) return
    this.#running.add(peer)
    void this.#renew(peer, isSilent, session).finally(() => this.#running.delete(peer))
  }

  /** A base peer forgets whoever closes one of several connections: spec transport 16.2. */
  #mayRenew(peer: Peer): boolean {
    const isOwn = peer.links.some(({ speaksExt }) => speaksExt === true)
    return isOwn && this.#dialer.isDialling(peer) && !this.#running.has(peer) && !this.#isFresh(peer)
  }

  #isFresh(peer: Peer): boolean {
    const renewedMs = this.#renewedMs.get(peer) ?? Number.NEGATIVE_INFINITY
    return this.#context.nowMs() - renewedMs < PAUSE_INTERVALS * this.#context.limits.heartbeat.intervalMs
  }

  /** Never rejects. */
  async #renew(peer: Peer, isSilent: () => boolean, signal: AbortSignal): Promise<void> {
    const { limits, modules } = this.#context
    const { baseMs } = limits.redial
    try {
      while (!signal.aborted && isSilent()) {
        if (await this.#dialer.dialAnew(peer, limits.heartbeat.timeoutMs, signal)) {
          this.#renewedMs.set(peer, this.#context.nowMs())
          return
        }
        await sleep(baseMs / 2 + (modules.random.next() * baseMs) / 2, signal)
      }
    } catch (error) {
      if (!isAbort(error)) throw error
    }
  }
}

/** What did not answer when it was asked last: a connection that opens takes its place, and frees whoever waits for it. */
export function silentBeside(peer: Peer, opened: Link): Link[] {
  const isSilent = ({ connection, misses, speaksExt }: Link) =>
    connection.status === 'open' && misses > 0 && speaksExt === true
  return peer.links.filter((link) => link !== opened && isSilent(link))
}
