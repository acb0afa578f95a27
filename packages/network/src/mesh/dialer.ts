import type { Connection } from '@libp2p/interface'
import { errorMessage, isAbort, sleep } from '@montana/foundation'
import { codeInMessage, remedyOf } from '@montana/transport'
import { multiaddr } from '@multiformats/multiaddr'
import type { ManifestPeer } from '../manifest.js'
import { Backoff } from '../peer/backoff.js'
import type { Peer } from '../peer/peer.js'
import type { MeshContext } from './context.js'

/** Failures that dialling again soon does not mend: spec transport 16.1. */
const FOR_GOOD: ReadonlySet<string> = new Set(['HS_PEER_MISMATCH', 'PROFILE_REFUSED', 'WRONG_NETWORK', 'HS_SELF'])

interface Target {
  readonly entry: ManifestPeer
  readonly peer: Peer
  readonly backoff: Backoff
  /** Wakes the loop when the peer's last connection is gone. */
  disconnected: () => void
}

/** Keeps one connection to every manifest peer, whoever dialled it: spec transport 16.1. */
export class Dialer {
  readonly #context: MeshContext
  readonly #targets = new Map<string, Target>()

  constructor(context: MeshContext) {
    this.#context = context
    for (const entry of context.peers.dialled) {
      const peer = context.peers.getOrAdd(entry.peerId)
      const backoff = new Backoff(context.limits.redial, context.modules.random)
      this.#targets.set(entry.peerId, { entry, peer, backoff, disconnected: () => {} })
    }
  }

  start(): void {
    for (const target of this.#targets.values()) void this.#keepConnected(target)
  }

  /** `connectedMs`: since the peer's first connection, however many there were. */
  onDisconnected(peer: Peer, connectedMs: number): void {
    const target = this.#targets.get(peer.peerId)
    target?.backoff.connectionEnded(connectedMs)
    target?.disconnected()
  }

  /** Dials rarely from now on, until a connection lasts. */
  slowDown(peer: Peer): void {
    this.#targets.get(peer.peerId)?.backoff.failedForGood()
  }

  /** Never rejects; ends with the mesh. First dials are spread so that a whole network does not start as one burst. */
  async #keepConnected(target: Target): Promise<void> {
    const { signal, limits, modules } = this.#context
    try {
      await sleep(modules.random.next() * limits.redial.firstSpreadMs, signal)
      while (!signal.aborted) {
        if (!target.peer.isConnected) await this.#dial(target)
        await this.#whileConnected(target)
        await this.#pauseBeforeDial(target)
      }
    } catch (error) {
      if (!isAbort(error)) throw error
    }
  }

  async #pauseBeforeDial({ peer, backoff }: Target): Promise<void> {
    const delayMs = backoff.nextDelayMs()
    peer.redialDelayMs = delayMs
    this.#context.metrics.dialBackoff.set({ peer: peer.metricLabel }, delayMs / 1000)
    await sleep(delayMs, this.#context.signal)
  }

  async #whileConnected(target: Target): Promise<void> {
    const { signal, metrics } = this.#context
    if (target.peer.isConnected) {
      target.peer.awayCode = undefined
      metrics.dialBackoff.set({ peer: target.peer.metricLabel }, 0)
    }
    while (target.peer.isConnected && !signal.aborted) {
      await new Promise<void>((resolve) => {
        const done = () => {
          signal.removeEventListener('abort', done)
          target.disconnected = () => {}
          resolve()
        }
        target.disconnected = done
        signal.addEventListener('abort', done, { once: true })
      })
    }
    signal.throwIfAborted()
  }

  async #dial({ entry, peer, backoff }: Target): Promise<void> {
    const { metrics } = this.#context
    try {
      await this.#connect(entry)
      metrics.dials.inc({ peer: peer.metricLabel, result: 'ok' })
    } catch (error) {
      if (this.#context.signal.aborted) return
      const code = dialErrorCode(error)
      metrics.dials.inc({ peer: peer.metricLabel, result: code })
      peer.dialErrors += 1
      peer.awayCode = code
      if (FOR_GOOD.has(code)) backoff.failedForGood()
      else backoff.failed()
      this.#log(peer, code, error)
    }
  }

  /** `force`: a second connection that happens to have the same remote address must not be aborted (11.2). */
  async #connect(entry: ManifestPeer): Promise<Connection> {
    const address = multiaddr(`${entry.multiaddr}/p2p/${entry.peerId}`)
    return await this.#context.node().dial(address, { force: true, signal: this.#dialSignal() })
  }

  #dialSignal(): AbortSignal {
    return AbortSignal.any([this.#context.signal, AbortSignal.timeout(this.#context.limits.libp2p.dialMs)])
  }

  #log(peer: Peer, code: string, error: unknown): void {
    const level = FOR_GOOD.has(code) ? 'error' : 'debug'
    const fields = { peer: peer.label, code, error: errorMessage(error), remedy: remedyOf(code) }
    this.#context.modules.logger[level](fields, 'dial failed')
  }
}

/** The cause of a failed dial: our own code, the system's, or the plain fact. */
function dialErrorCode(error: unknown): string {
  const { message = '', code } = error as { message?: string; code?: unknown }
  if (typeof code === 'string') return code
  return codeInMessage(message) ?? 'DIAL_FAILED'
}
