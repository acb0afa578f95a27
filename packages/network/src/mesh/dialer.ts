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

/** `refused`: dialling again soon does not mend it. */
export type DialOutcome = 'reached' | 'missed' | 'refused'

interface Target {
  entry: ManifestPeer
  readonly peer: Peer
  readonly backoff: Backoff
  /** Fires when the manifest names the peer no more. */
  readonly stop: AbortController
  /** It was not reached yet at its present address: dialled although it may be connected. */
  isMoved: boolean
  /** Its turn among the first dials has come. */
  isDue: boolean
  /** Wakes the loop when the peer's last connection is gone, or the peer has moved. */
  wake: () => void
}

/** Keeps one connection to every manifest peer, whoever dialled it: spec transport 16.1. */
export class Dialer {
  readonly #context: MeshContext
  readonly #targets = new Map<string, Target>()

  constructor(context: MeshContext) {
    this.#context = context
    for (const entry of context.peers.dialled) this.#add(entry)
  }

  start(): void {
    for (const target of this.#targets.values()) void this.#keepConnected(target)
  }

  /** The peers of another manifest: new ones are dialled, those that moved once more, those that are gone no more. */
  apply(): void {
    const { dialled } = this.#context.peers
    const named = new Set(dialled.map(({ peerId }) => peerId))
    for (const [peerId, target] of this.#targets) {
      if (named.has(peerId)) continue
      target.stop.abort()
      this.#targets.delete(peerId)
    }
    for (const entry of dialled) {
      const target = this.#targets.get(entry.peerId)
      if (target === undefined) void this.#keepConnected(this.#add(entry))
      else this.#move(target, entry)
    }
  }

  #add(entry: ManifestPeer): Target {
    const { limits, modules, peers } = this.#context
    const target: Target = {
      entry,
      peer: peers.getOrAdd(entry.peerId),
      backoff: new Backoff(limits.redial, modules.random),
      stop: new AbortController(),
      isMoved: false,
      isDue: false,
      wake: () => {},
    }
    this.#targets.set(entry.peerId, target)
    return target
  }

  #move(target: Target, entry: ManifestPeer): void {
    const isMoved = entry.multiaddr !== target.entry.multiaddr
    target.entry = entry
    if (!isMoved) return
    target.isMoved = true
    target.wake()
  }

  /** `connectedMs`: since the peer's first connection, however many there were. */
  onDisconnected(peer: Peer, connectedMs: number): void {
    const target = this.#targets.get(peer.peerId)
    target?.backoff.connectionEnded(connectedMs)
    target?.wake()
  }

  /** Dials rarely from now on, until a connection lasts. */
  slowDown(peer: Peer): void {
    this.#targets.get(peer.peerId)?.backoff.failedForGood()
  }

  /** Whether the peer has an address, and its turn among the first dials has come. */
  isDialling({ peerId }: Peer): boolean {
    return this.#targets.get(peerId)?.isDue ?? false
  }

  /** One more connection to a peer that has some, within `timeoutMs`. */
  async dialAnew(peer: Peer, timeoutMs: number, signal: AbortSignal): Promise<DialOutcome> {
    const target = this.#targets.get(peer.peerId)
    if (target === undefined) return 'refused'
    const { metrics } = this.#context
    try {
      await this.#connect(target.entry, AbortSignal.any([signal, target.stop.signal, AbortSignal.timeout(timeoutMs)]))
      metrics.dials.inc({ peer: peer.metricLabel, result: 'ok' })
      return 'reached'
    } catch (error) {
      signal.throwIfAborted()
      const code = dialErrorCode(error)
      metrics.dials.inc({ peer: peer.metricLabel, result: code })
      this.#log(peer, code, error)
      return FOR_GOOD.has(code) ? 'refused' : 'missed'
    }
  }

  /**
   * Never rejects; ends with the mesh or with the peer's place in the manifest. First dials are spread so that a whole
   * network does not start as one burst.
   */
  async #keepConnected(target: Target): Promise<void> {
    const { limits, modules } = this.#context
    const signal = AbortSignal.any([this.#context.signal, target.stop.signal])
    try {
      await sleep(modules.random.next() * limits.redial.firstSpreadMs, signal)
      target.isDue = true
      while (!signal.aborted) {
        if (!target.peer.isConnected || target.isMoved) await this.#dial(target, signal)
        await this.#whileConnected(target, signal)
        await this.#pauseBeforeDial(target, signal)
      }
    } catch (error) {
      if (!isAbort(error)) throw error
    }
  }

  /** One that moved while nobody was connected need not wait for the end of the pause. */
  async #pauseBeforeDial(target: Target, signal: AbortSignal): Promise<void> {
    const { peer, backoff, entry } = target
    const delayMs = backoff.nextDelayMs()
    peer.redialDelayMs = delayMs
    this.#context.metrics.dialBackoff.set({ peer: peer.metricLabel }, delayMs / 1000)
    const moved = new AbortController()
    target.wake = () => {
      if (target.entry !== entry && target.entry.multiaddr !== entry.multiaddr) moved.abort()
    }
    await sleep(delayMs, AbortSignal.any([signal, moved.signal])).catch((error: unknown) => {
      if (!moved.signal.aborted || signal.aborted) throw error
    })
    target.wake = () => {}
  }

  async #whileConnected(target: Target, signal: AbortSignal): Promise<void> {
    const { metrics } = this.#context
    if (target.peer.isConnected) {
      target.peer.awayCode = undefined
      metrics.dialBackoff.set({ peer: target.peer.metricLabel }, 0)
    }
    while (target.peer.isConnected && !target.isMoved && !signal.aborted) {
      await new Promise<void>((resolve) => {
        const done = () => {
          signal.removeEventListener('abort', done)
          target.wake = () => {}
          resolve()
        }
        target.wake = done
        signal.addEventListener('abort', done, { once: true })
      })
    }
    signal.throwIfAborted()
  }

  async #dial(target: Target, signal: AbortSignal): Promise<void> {
    const { metrics } = this.#context
    const { entry, peer, backoff } = target
    try {
      const connection = await this.#connect(entry, signal)
      metrics.dials.inc({ peer: peer.metricLabel, result: 'ok' })
      if (target.entry === entry) this.#arrived(target, connection)
    } catch (error) {
      if (signal.aborted) return
      const code = dialErrorCode(error)
      metrics.dials.inc({ peer: peer.metricLabel, result: code })
      peer.dialErrors += 1
      peer.awayCode = code
      if (FOR_GOOD.has(code)) backoff.failedForGood()
      else backoff.failed()
      this.#log(peer, code, error)
    }
  }

  /** At the new address of a peer that moved; what this node dialled at the old one ends now. */
  #arrived(target: Target, { id }: Connection): void {
    if (!target.isMoved) return
    target.isMoved = false
    const old = target.peer.links.filter(
      ({ connection }) => connection.direction === 'outbound' && connection.id !== id,
    )
    for (const { connection } of old) connection.abort(new Error('the peer has another address now'))
  }

  /** `force`: a second connection that happens to have the same remote address must not be aborted (11.2). */
  async #connect(entry: ManifestPeer, signal: AbortSignal): Promise<Connection> {
    const address = multiaddr(`${entry.multiaddr}/p2p/${entry.peerId}`)
    return await this.#context.node().dial(address, { force: true, signal: this.#dialSignal(signal) })
  }

  #dialSignal(signal: AbortSignal): AbortSignal {
    return AbortSignal.any([signal, AbortSignal.timeout(this.#context.limits.libp2p.dialMs)])
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
