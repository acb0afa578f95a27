import type { Connection, Stream } from '@libp2p/interface'
import { byteStream, streamPair } from '@libp2p/utils'
import { noMetrics, silentLogger } from '@montana/foundation'
import { LIMITS } from '@montana/transport'
import { vi } from 'vitest'
import { BASE_TYPE, decodeHeader, encodeEnvelope, HEADER_BYTES } from '../src/index.js'
import type { MeshContext } from '../src/mesh/context.js'
import type { DialOutcome } from '../src/mesh/dialer.js'
import { Discipline } from '../src/mesh/discipline.js'
import { Heartbeats } from '../src/mesh/heartbeats.js'
import { Renewal } from '../src/mesh/renewal.js'
import { createNetworkMetrics } from '../src/metrics.js'
import { Peer } from '../src/peer/peer.js'

/** What the remote does with one ping: answers after so many ms, never, resets the stream, or answers with something else. */
export type Reaction = number | 'silent' | 'reset' | 'other id'

/** A connection in virtual time: real streams, and a remote that does what a script says. */
export class VirtualConnection {
  readonly direction = 'outbound'
  status: Connection['status'] = 'open'
  readonly pingedAtMs: number[] = []
  readonly heard = { bytes: 0 }
  readonly #react: (ping: number) => Reaction
  readonly #closed: (connection: VirtualConnection) => void

  constructor(
    readonly id: string,
    react: (ping: number) => Reaction,
    closed: (connection: VirtualConnection) => void,
  ) {
    this.#react = react
    this.#closed = closed
  }

  async newStream(): Promise<Stream> {
    const [near, far] = await streamPair({ delay: 0 })
    const reaction = this.#react(this.pingedAtMs.push(performance.now()))
    void this.#answer(far, reaction).catch(() => {})
    return near
  }

  abort(): void {
    this.status = 'aborted'
    this.#closed(this)
  }

  async #answer(stream: Stream, reaction: Reaction): Promise<void> {
    const header = decodeHeader((await byteStream(stream).read({ bytes: HEADER_BYTES })).subarray())
    if (reaction === 'silent') return
    if (reaction === 'reset') return stream.abort(new Error('reset by the test'))
    if (typeof reaction === 'number') await new Promise((resolve) => setTimeout(resolve, reaction))
    this.heard.bytes += HEADER_BYTES
    const requestId = reaction === 'other id' ? header.requestId + 1n : header.requestId
    stream.send(encodeEnvelope({ type: BASE_TYPE.pong, requestId, payload: new Uint8Array(0) }))
    await stream.close()
  }
}

/** Heartbeats of one peer with the limits of the specification, against connections that a test scripts. */
export class VirtualPeer {
  readonly peer = new Peer({ peerId: 'QmPeer', label: 'n1', nodeIdHex: undefined }, LIMITS)
  readonly #heartbeats: Heartbeats
  /** When it was dialled anew, though it was connected. */
  readonly dialledAtMs: number[] = []
  /** What becomes of the next such dial. */
  isReached = false
  #session: AbortController | undefined

  constructor() {
    const context = {
      limits: LIMITS,
      modules: { logger: silentLogger, random: { next: () => 0 } },
      metrics: createNetworkMetrics(noMetrics),
      nowMs: () => performance.now(),
      signal: new AbortController().signal,
    } as unknown as MeshContext
    const renewal = new Renewal(context, { isDialling: () => true, dialAnew: () => this.#dialAnew() })
    this.#heartbeats = new Heartbeats(context, new Discipline(context), renewal)
  }

  connect(id: string, react: (ping: number) => Reaction): VirtualConnection {
    const connection = new VirtualConnection(id, react, ({ id: closed }) => this.#closed(closed))
    const isFirst = !this.peer.isConnected
    this.peer.addLink(connection as unknown as Connection, 'pq', performance.now(), connection.heard)
    if (isFirst) this.#begin()
    return connection
  }

  /** As {@link connect}, to a peer that has answered in the extension protocol. */
  connectOwn(id: string, react: (ping: number) => Reaction): VirtualConnection {
    const connection = this.connect(id, react)
    for (const link of this.peer.links) link.speaksExt = true
    return connection
  }

  get counters() {
    return this.peer.heartbeat.counters
  }

  end(): void {
    this.#session?.abort()
  }

  async #dialAnew(): Promise<DialOutcome> {
    this.dialledAtMs.push(performance.now())
    return this.isReached ? 'reached' : 'missed'
  }

  #begin(): void {
    this.#session = new AbortController()
    this.peer.heartbeat.restart()
    void this.#heartbeats.run(this.peer, this.#session.signal)
  }

  #closed(id: string): void {
    this.peer.removeLink(id, performance.now())
    if (!this.peer.isConnected) this.#session?.abort()
  }
}

/** Until `ms` of virtual time have passed. */
export const pass = async (ms: number) => void (await vi.advanceTimersByTimeAsync(ms))
